//! Adds language, direction and keywords to an article. No I/O, no clock, no Kafka.
