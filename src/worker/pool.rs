//! The threads that compute stages: as many as cores, fed by bounded work (the budget bounds what can wait here).

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, select_biased, unbounded};
use serde_json::json;

use super::Event;
use super::breaker::Cause;
use super::conductor::{Rejected, Ticket};
use crate::article::Judgement;
use crate::clock;
use crate::events;
use crate::flow::RawRecord;
use crate::metrics::{Metrics, Stage};
use crate::rejection::Rejection;
use crate::stages::{Made, Prepared, Stages};

/// One piece of work.
#[derive(Debug)]
pub enum Job {
    Prepare { ticket: Ticket, raw: RawRecord },
    Finish { ticket: Ticket, prepared: Box<Prepared>, judgement: Option<Judgement> },
}

/// Where work is handed in. Finishing comes before preparing, so that what is begun leaves first.
#[derive(Debug, Clone)]
pub struct PoolHandle {
    first: Sender<Job>,
    second: Sender<Job>,
}

impl PoolHandle {
    pub fn submit(&self, job: Job) {
        let queue = if matches!(job, Job::Finish { .. }) { &self.first } else { &self.second };
        // The pool ends only after everyone who submits.
        let _ = queue.send(job);
    }
}

/// Starts `threads` threads of `stack_bytes` each; answers go to `events`. They end when every handle is gone.
pub fn start(
    threads: usize,
    stack_bytes: usize,
    stages: &Arc<Stages>,
    metrics: &Arc<Metrics>,
    events: &Sender<Event>,
    died: &(impl Fn(&'static str, String) + Clone + Send + 'static),
) -> std::io::Result<PoolHandle> {
    let (first, first_jobs) = unbounded();
    let (second, second_jobs) = unbounded();
    for number in 0..threads {
        let worker = Worker {
            first: first_jobs.clone(),
            second: second_jobs.clone(),
            stages: Arc::clone(stages),
            metrics: Arc::clone(metrics),
            events: events.clone(),
        };
        let died = died.clone();
        std::thread::Builder::new().name(format!("stages-{number}")).stack_size(stack_bytes).spawn(
            move || {
                super::threads::guard("stages", &died, || worker.run());
            },
        )?;
    }
    Ok(PoolHandle { first, second })
}

struct Worker {
    first: Receiver<Job>,
    second: Receiver<Job>,
    stages: Arc<Stages>,
    metrics: Arc<Metrics>,
    events: Sender<Event>,
}

impl Worker {
    fn run(&self) {
        loop {
            let job = select_biased! {
                recv(self.first) -> job => job,
                recv(self.second) -> job => job,
            };
            let Ok(job) = job else { return };
            let event = match job {
                Job::Prepare { ticket, raw } => self.prepare(ticket, raw),
                Job::Finish { ticket, prepared, judgement } => {
                    let stage_lost = prepared.degraded.first().copied();
                    let made = self.finish(prepared, judgement.as_ref());
                    let cut = made.is_cut.then_some(Cause::OutputCut);
                    let cause = stage_lost.map(Cause::StageLost).or(cut);
                    Event::Finished { ticket, output: made.output, cause }
                }
            };
            if self.events.send(event).is_err() {
                return;
            }
        }
    }

    fn prepare(&self, ticket: Ticket, raw: RawRecord) -> Event {
        let begun = clock::monotonic();
        let decoded = self.stages.decode(&raw);
        let decoded_at = clock::monotonic();
        self.metrics.observe_stage(Stage::Decode, decoded_at - begun);
        let mut plain = None;
        let parsed = decoded.and_then(|decoded| match self.stages.parse(&decoded) {
            Ok(record) => Ok((record, decoded.identity)),
            Err(rejection) => {
                plain = self.stages.plain(decoded);
                Err(rejection)
            }
        });
        let parsed_at = clock::monotonic();
        self.metrics.observe_stage(Stage::Parse, parsed_at - decoded_at);
        let claimed = parsed.and_then(|(record, identity)| self.stages.claim(record, identity));
        match claimed {
            Err(rejection) => {
                let made = self.reject(raw, &rejection);
                // Where the reason is a bug, that it was cut says less.
                let is_cut = made.is_cut && !rejection.code.is_bug();
                let cause = if is_cut { Cause::OutputCut } else { Cause::Rejected(rejection.code) };
                Event::Prepared {
                    ticket,
                    result: Err(Box::new(Rejected { output: made.output, cause, plain })),
                }
            }
            Ok(prepared) => {
                self.metrics.observe_stage(Stage::Tag, clock::since(parsed_at));
                Event::Prepared { ticket, result: Ok(prepared) }
            }
        }
    }

    fn finish(&self, prepared: Box<Prepared>, judgement: Option<&Judgement>) -> Made {
        let begun = clock::monotonic();
        if let Some(judgement) = judgement {
            self.metrics.count_verdict(judgement.verdict.name());
        }
        if !prepared.degraded.is_empty() {
            let place = &prepared.record.origin.coordinates;
            events::emit(
                &events::DEGRADED,
                "a claimed record lost a stage; it leaves without that stage's work",
                &[
                    ("stages", json!(prepared.degraded)),
                    ("topic", json!(place.topic.as_ref())),
                    ("partition", json!(place.partition)),
                    ("offset", json!(place.offset)),
                ],
            );
        }
        let made = self.stages.finish(prepared, judgement);
        self.metrics.observe_stage(Stage::Emit, clock::since(begun));
        made
    }

    fn reject(&self, raw: RawRecord, rejection: &Rejection) -> Made {
        self.metrics.count_rejection(rejection.code);
        events::emit(
            &events::REJECTED,
            rejection.code.meaning(),
            &[
                ("topic", json!(raw.coordinates.topic.as_ref())),
                ("partition", json!(raw.coordinates.partition)),
                ("offset", json!(raw.coordinates.offset)),
                ("code", json!(rejection.code.name())),
                ("stage", json!(rejection.code.stage().name())),
            ],
        );
        self.stages.reject(raw, rejection)
    }
}
