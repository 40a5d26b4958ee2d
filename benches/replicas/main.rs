//! Whether replicas agree about a real corpus: every verdict is a function of the claims log, whoever gives it.
//!
//! `make quality-replicas DATA=folder` runs it on a genuine broker with the articles of `quality-dedup`, in five parts:
//! two replicas of which one is killed and started cold, `khabar audit --verdicts` over what they left, one replica alone
//! on their log, a replica that starts in the middle of a log of three weeks with all of it and with only what retention
//! has to keep, and the links of the run beside those of `khabar process`. It prints what it finds, and ends with 1 where
//! one verdict differs.
//!
//! Environment: KHABAR_BENCH_ARTICLES (all), KHABAR_BENCH_AHEAD (100: the articles that are fed before the workers have
//! done those before), KHABAR_BENCH_BINARY (another build of khabar). KHABAR_TEST_BROKER is not used: it needs topics with
//! other defaults.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark that cannot measure has nothing else to do"
)]

#[path = "../../tests/support/mod.rs"]
mod support;

mod corpus;
mod links;
mod run;

use std::path::PathBuf;
use std::process::ExitCode;

use corpus::Corpus;
use run::{Differences, Run};

fn main() -> ExitCode {
    // Cargo gives a bench target arguments of its own.
    let folder =
        std::env::args().skip(1).find(|argument| !argument.starts_with("--") && !argument.is_empty());
    let Some(folder) = folder.map(PathBuf::from) else {
        eprintln!(
            "usage: cargo bench --bench replicas -- FOLDER; benches/quality/README.md says what is in it"
        );
        return ExitCode::from(2);
    };
    let corpus = Corpus::read(&folder, number("KHABAR_BENCH_ARTICLES", usize::MAX));
    println!("{} articles over {:.1} days", corpus.articles.len(), corpus.days());
    let run = Run::start();
    let differences = [two_replicas(&run, &corpus), middle_of_a_log(&run, &corpus)];
    if differences.iter().all(Differences::is_none) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("the variable is a number"))
}

/// Two replicas, one of them killed and started cold; the audit; one replica alone on their log; `khabar process`.
fn two_replicas(run: &Run, corpus: &Corpus) -> Differences {
    let (places, outcomes, seconds) = run.work_with_a_kill(corpus, number("KHABAR_BENCH_AHEAD", 100));
    println!(
        "two replicas, one killed at half and started cold: {} enriched, {} duplicates, {} rejected in {seconds:.0} s",
        outcomes.count("enriched"),
        outcomes.count("duplicate"),
        outcomes.count("rejected"),
    );
    let mut differences = Differences::default();
    differences.add("khabar audit --verdicts", run.audit());
    differences.add("one replica alone on the same log", outcomes.differences(&run.alone(&outcomes)));
    links::compare(corpus, &places, &outcomes);
    differences
}

/// A replica that starts where 70 in 100 claims are done, with the log of three weeks, and with the part that the window
/// of the first unfinished claim needs.
fn middle_of_a_log(run: &Run, corpus: &Corpus) -> Differences {
    let log = run.aged_log(corpus);
    let whole = run.resume(&log, None);
    let cut = run.resume(&log, Some(log.cut));
    println!(
        "a log of {} entries over {:.1} days, {} of them unfinished; {} cut off",
        log.entries.len(),
        log.days(),
        log.unfinished,
        log.cut
    );
    let mut differences = Differences::default();
    differences.add("a cold start on the log cut to its retention", whole.differences(&cut));
    differences
}
