mod faults;
mod ledger;
mod verdict;
mod world;
