//! The threads that compute stages: as many as cores, fed by bounded work (the budget bounds what can wait here).

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, select_biased, unbounded};
use serde_json::json;

use super::Event;
use super::breaker::Cause;
use super::conductor::{Rejected, Ticket};
use super::desk::Desk;
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
    Prepare { ticket: Ticket, raw: RawRecord, way: Way },
    Finish { ticket: Ticket, prepared: Box<Prepared>, judgement: Option<Judgement> },
}

/// How a record is prepared.
#[derive(Debug)]
pub enum Way {
    /// Decode, parse, tag and claim.
    Whole,
    /// Its tags would end the process.
    Untagged,
    /// Decode or parse would end the process. `with_plain`: its plain text would not.
    Refused { rejection: Rejection, with_plain: bool },
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
) -> std::io::Result<(PoolHandle, Vec<Desk>)> {
    let (first, first_jobs) = unbounded();
    let (second, second_jobs) = unbounded();
    let desks: Vec<Desk> = (0..threads).map(|_| Desk::default()).collect();
    for (number, desk) in desks.iter().enumerate() {
        let worker = Worker {
            first: first_jobs.clone(),
            second: second_jobs.clone(),
            stages: Arc::clone(stages),
            metrics: Arc::clone(metrics),
            events: events.clone(),
            desk: desk.clone(),
        };
        let died = died.clone();
        std::thread::Builder::new().name(format!("stages-{number}")).stack_size(stack_bytes).spawn(
            move || {
                super::threads::guard("stages", &died, || worker.run());
            },
        )?;
    }
    Ok((PoolHandle { first, second }, desks))
}

struct Worker {
    first: Receiver<Job>,
    second: Receiver<Job>,
    stages: Arc<Stages>,
    metrics: Arc<Metrics>,
    events: Sender<Event>,
    desk: Desk,
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
                Job::Prepare { ticket, raw, way } => self.prepare(ticket, raw, way),
                Job::Finish { ticket, prepared, judgement } => {
                    self.desk.begin(&ticket, "emit");
                    let (made, stage_lost) = self.finish(prepared, judgement.as_ref());
                    let cut = made.is_cut.then_some(Cause::OutputCut);
                    let cause = stage_lost.map(Cause::StageLost).or(cut);
                    Event::Finished { ticket, output: made.output, cause }
                }
            };
            self.desk.clear();
            if self.events.send(event).is_err() {
                return;
            }
        }
    }

    fn prepare(&self, ticket: Ticket, raw: RawRecord, way: Way) -> Event {
        self.desk.begin(&ticket, "decode");
        let is_untagged = match way {
            Way::Whole => false,
            Way::Untagged => true,
            Way::Refused { rejection, with_plain } => {
                let plain = with_plain.then(|| self.plain(&raw)).flatten();
                return self.rejected(ticket, raw, &rejection, plain);
            }
        };
        let begun = clock::monotonic();
        let decoded = self.stages.decode(&raw);
        let decoded_at = clock::monotonic();
        self.metrics.observe_stage(Stage::Decode, decoded_at - begun);
        self.desk.proceed("parse");
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
        self.desk.proceed("tag");
        let claimed = parsed.and_then(|(record, identity)| {
            if is_untagged {
                self.stages.claim_untagged(record, identity)
            } else {
                self.stages.claim(record, identity)
            }
        });
        match claimed {
            Err(rejection) => self.rejected(ticket, raw, &rejection, plain),
            Ok(prepared) => {
                self.metrics.observe_stage(Stage::Tag, clock::since(parsed_at));
                Event::Prepared { ticket, result: Ok(prepared) }
            }
        }
    }

    fn rejected(
        &self,
        ticket: Ticket,
        raw: RawRecord,
        rejection: &Rejection,
        plain: Option<Box<Prepared>>,
    ) -> Event {
        let made = self.reject(raw, rejection);
        // Where the reason is a bug, that it was cut says less.
        let is_cut = made.is_cut && !rejection.code.is_bug();
        let cause = if is_cut { Cause::OutputCut } else { Cause::Rejected(rejection.code) };
        Event::Prepared { ticket, result: Err(Box::new(Rejected { output: made.output, cause, plain })) }
    }

    fn plain(&self, raw: &RawRecord) -> Option<Box<Prepared>> {
        let decoded = self.stages.decode(raw).ok()?;
        self.desk.proceed("parse");
        self.stages.plain(decoded)
    }

    /// The record that leaves, and the first stage that it lost.
    fn finish(
        &self,
        mut prepared: Box<Prepared>,
        judgement: Option<&Judgement>,
    ) -> (Made, Option<&'static str>) {
        let begun = clock::monotonic();
        if let Some(judgement) = judgement {
            self.metrics.count_verdict(judgement.verdict.name());
        }
        let made = self.stages.finish_or_degrade(&mut prepared, judgement);
        if !prepared.degraded.is_empty() {
            let place = &prepared.record.origin.coordinates;
            events::emit(
                &events::DEGRADED,
                "a stage failed for a record; it leaves without that stage's work",
                &[
                    ("stages", json!(prepared.degraded)),
                    ("topic", json!(place.topic.as_ref())),
                    ("partition", json!(place.partition)),
                    ("offset", json!(place.offset)),
                ],
            );
        }
        self.metrics.observe_stage(Stage::Emit, clock::since(begun));
        (made, prepared.degraded.first().copied())
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
