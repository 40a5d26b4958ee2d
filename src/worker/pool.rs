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
use crate::stages::{Made, Prepared, Stages, Tagging};

/// One piece of work.
#[derive(Debug)]
pub enum Job {
    Prepare { ticket: Ticket, raw: RawRecord, way: Way },
    Finish { ticket: Ticket, prepared: Box<Prepared>, judgement: Option<Judgement> },
}

/// How a record is prepared.
#[derive(Debug)]
pub enum Way {
    /// Decode, parse and claim. The tags are for the end, as far as they can be had.
    Parsed(Tagging),
    /// Decode or parse would end the process. `plain`: its plain text would not, with these tags.
    Refused { rejection: Rejection, plain: Option<Tagging> },
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
                    let (made, stage_lost) = self.finish(&ticket, prepared, judgement.as_ref());
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
        let tagging = match way {
            Way::Parsed(tagging) => tagging,
            Way::Refused { rejection, plain } => {
                let plain = plain.and_then(|tagging| self.plain(&raw, tagging));
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
                plain = self.stages.plain(decoded, tagging);
                Err(rejection)
            }
        });
        let parsed_at = clock::monotonic();
        self.metrics.observe_stage(Stage::Parse, parsed_at - decoded_at);
        self.desk.proceed("tag");
        let claimed = parsed.and_then(|(record, identity)| self.stages.claim(record, identity, tagging));
        match claimed {
            Err(rejection) => self.rejected(ticket, raw, &rejection, plain),
            Ok(prepared) => {
                self.metrics.observe_stage(Stage::Claim, clock::since(parsed_at));
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

    fn plain(&self, raw: &RawRecord, tagging: Tagging) -> Option<Box<Prepared>> {
        let decoded = self.stages.decode(raw).ok()?;
        self.desk.proceed("parse");
        self.stages.plain(decoded, tagging)
    }

    /// The record that leaves, and the first stage that it lost.
    fn finish(
        &self,
        ticket: &Ticket,
        mut prepared: Box<Prepared>,
        judgement: Option<&Judgement>,
    ) -> (Made, Option<&'static str>) {
        self.desk.begin(ticket, "tag");
        let begun = clock::monotonic();
        let tags = self.stages.tag(&mut prepared, judgement);
        let tagged_at = clock::monotonic();
        if !judgement.is_some_and(|judgement| judgement.suppressed) {
            self.metrics.observe_stage(Stage::Tag, tagged_at - begun);
        }
        self.desk.proceed("emit");
        if let Some(judgement) = judgement {
            self.metrics.count_verdict(judgement.verdict.name());
        }
        let made = self.stages.emit_or_degrade(&mut prepared, &tags, judgement);
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
        self.metrics.observe_stage(Stage::Emit, clock::since(tagged_at));
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

#[cfg(test)]
#[cfg(debug_assertions)]
mod tests {
    use std::time::Duration;

    use super::super::desk::DeskWatch;
    use super::*;
    use crate::flow::Outcome;
    use crate::kafka::assignment::PartitionKey;
    use crate::stages::tests::{judgement, raw, stages};

    const WAIT: Duration = Duration::from_mins(1);
    /// The pool's threads have as much by default.
    const STACK_BYTES: usize = 8 << 20;

    fn faulty(fault: &str) -> RawRecord {
        let text = format!(
            "The lamp of the quay\n\nA keeper lit the lamp of the quay and wrote planted-fault:tag:{fault}; into his \
             book, as he does on every evening of the year.\n"
        );
        raw(&text)
    }

    #[test]
    fn records_are_tagged_and_watched_while_they_are_finished_unless_they_are_suppressed() {
        let (events, heard) = unbounded();
        let died = |thread: &'static str, cause: String| panic!("{thread}: {cause}");
        let metrics = Arc::new(Metrics::new());
        let (pool, desks) = start(1, STACK_BYTES, &stages(), &metrics, &events, &died).unwrap();
        let mut watch = DeskWatch::new(desks, Duration::from_secs(2));
        let key = PartitionKey { topic: Arc::from("raw"), partition: 0 };
        let ticket = Ticket { key, epoch: 1, offset: 7 };
        let finish = |fault, suppressed| {
            let way = Way::Parsed(Tagging::Whole);
            pool.submit(Job::Prepare { ticket: ticket.clone(), raw: faulty(fault), way });
            let Ok(Event::Prepared { result: Ok(prepared), .. }) = heard.recv_timeout(WAIT) else { panic!() };
            let judgement = Some(judgement(suppressed));
            pool.submit(Job::Finish { ticket: ticket.clone(), prepared, judgement });
        };
        let finished = || {
            let Ok(Event::Finished { output, cause, .. }) = heard.recv_timeout(WAIT) else { panic!() };
            (output.outcome, cause)
        };

        finish("panic", true);
        assert_eq!(finished(), (Outcome::Duplicate, None));
        finish("panic", false);
        assert_eq!(finished(), (Outcome::Enriched, Some(Cause::StageLost("tag"))));

        finish("slow-3000", false);
        let mut now = clock::monotonic();
        let mut looks = std::iter::repeat_with(|| {
            std::thread::sleep(Duration::from_millis(20));
            // Looks of a second each end long before the fault does.
            now += Duration::from_secs(1);
            watch.look(now)
        });
        let overdue = looks.by_ref().take(500).flatten().next().unwrap();
        assert_eq!((overdue.ticket, overdue.stage), (ticket.clone(), "tag"));
        assert_eq!(finished(), (Outcome::Enriched, None));
    }
}
