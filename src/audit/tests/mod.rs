mod faults;
mod ledger;
mod world;
