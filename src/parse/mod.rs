//! Turns decoded content into an article with flaws. No I/O, no clock, no Kafka.
