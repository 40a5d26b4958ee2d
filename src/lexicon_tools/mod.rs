//! What `khabar lexicon` does: learns keyword dictionaries, checks lexicon files, imports names from open databases.
//!
//! Owns files that a person makes once in a while; nothing of it runs in a worker. What lexicons mean is the tag room's.
//! Inputs are read line by line, each with a limit, and what can't be read is counted and named.

pub mod faults;
pub mod import;
pub mod keywords;
pub mod lines;
pub mod lint;
pub mod whole;
