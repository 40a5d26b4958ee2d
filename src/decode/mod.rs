//! Decides what a raw record is and brings its content to bounded UTF-8 text. No I/O, no clock, no Kafka.
