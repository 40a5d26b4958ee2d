mod faults;
mod ledger;
mod steps;
mod verdict;
mod world;
