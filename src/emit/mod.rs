//! Turns an outcome into the record that leaves. No I/O, no clock, no Kafka.
