//! The child's side: `khabar probe`. Tries the stages on each record that it is given, and says how far it came.
//!
//! It knows no broker and no secret, has bounded memory, and ends with its parent.

use std::io::{self, Write as _};
use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

use super::frame::{self, Answer};
use crate::config::settings::Settings;
use crate::flow::RawRecord;
use crate::output_limits::{OutputLimits, TOPIC_BYTES_DEFAULT};
use crate::parse::Parser;
use crate::sources::Sources;
use crate::stages::{Course, Stages};
use crate::tag::Tagger;

/// The first frame.
#[derive(Debug, Serialize, Deserialize)]
pub struct Opening {
    /// Without anything of Kafka.
    pub settings: Settings,
    pub scope: Option<u64>,
}

/// Serves until standard input ends.
///
/// # Errors
/// The parent says something else than a worker does, or its files can't be read.
pub fn serve() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let Some(opening) = frame::read_frame(&mut input)? else { return Ok(()) };
    let opening: Opening = serde_json::from_slice(&opening)?;
    limit(Resource::As, opening.settings.workers.probe_mib.saturating_mul(1 << 20));
    // A core would hold an article, and is no news to anyone.
    limit(Resource::Core, 0);
    let stages = stages(&opening)?;
    let (jobs, queue) = bounded(1);
    // On a thread with the stack of a stage thread; this one notices meanwhile when the parent has gone.
    std::thread::Builder::new()
        .name("probe".to_owned())
        .stack_size(opening.settings.workers.stack_kib * 1024)
        .spawn(move || work(&stages, &queue))?;
    say(Answer::Ready)?;
    while let Some(bytes) = frame::read_frame(&mut input)? {
        let job = frame::decode(&bytes).ok_or_else(|| io::Error::other("this is no record"))?;
        if jobs.send(job).is_err() {
            return Err(io::Error::other("the probe's thread has ended"));
        }
    }
    Ok(())
}

fn stages(opening: &Opening) -> io::Result<Stages> {
    let settings = &opening.settings;
    let sources = Sources::load(&settings.sources).map_err(io::Error::other)?;
    let parser = Parser::new(&settings.parse, &settings.lexicon, sources).map_err(io::Error::other)?;
    let limits = Arc::new(OutputLimits::new(TOPIC_BYTES_DEFAULT));
    let tagger = Tagger::load(&settings.lexicon, parser.sources()).map_err(io::Error::other)?;
    Ok(Stages::new(settings, parser, tagger, opening.scope, limits))
}

fn work(stages: &Stages, queue: &Receiver<(RawRecord, Course)>) {
    for (raw, course) in queue {
        // A parent that has gone hears nothing, and ends this process by it.
        stages.rehearse(&raw, course, &mut |step| drop(say(Answer::Begins(step))));
        let _ = say(Answer::Done);
    }
}

fn say(answer: Answer) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(&[answer.byte()])?;
    output.flush()
}

/// Lowers a limit of this process; one that is lower already, or that the system does not know, stays.
fn limit(resource: Resource, most: u64) {
    let present = getrlimit(resource);
    let least = |known: Option<u64>| Some(known.map_or(most, |known| known.min(most)));
    let _ = setrlimit(resource, Rlimit { current: least(present.current), maximum: least(present.maximum) });
}
