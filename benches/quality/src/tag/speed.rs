//! How fast the stage is on one core, and the memory that it takes. The only figures that differ from run to run.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use khabar::article::Article;
use khabar::tag::Tagger;

use crate::table::{Line, Section, Target};
use crate::{data, tags};

/// Must run before anything else loads the lexicons, so that their memory is seen.
pub fn measure(folder: &Path) -> Result<(Section, Tagger), String> {
    let at_start = resident_mib();
    let begun = Instant::now();
    let tagger = Tagger::compiled_in();
    // What is only built with the first article belongs to loading.
    black_box(tagger.tag(&tags::article(Some("خبر"), ["خبر عاجل من المدينة"])));
    let loading = begun.elapsed();
    let loaded = resident_mib();
    let articles: Vec<Article> = data::newspapers(folder)?
        .iter()
        .map(|row| tags::article(Some(&row.title), row.body.lines()))
        .collect();
    let before = resident_mib();
    let (begun, processor) = (Instant::now(), processor_time());
    for article in &articles {
        black_box(tagger.tag(article));
    }
    let (elapsed, processor) = (begun.elapsed(), processor_time().zip(processor));
    let after = resident_mib();
    let mut section = Section::new("Speed of the whole stage, one core, and its memory (Saudi newspapers)");
    let target = Target::AtLeast(4_000.0);
    let rate = |took: Duration| count(articles.len()) / took.as_secs_f64().max(f64::EPSILON);
    let by_processor = processor.map(|(after, before)| after.saturating_sub(before));
    section.lines.push(match by_processor {
        Some(took) => Line::number("articles a second of processor time", rate(took), articles.len(), target),
        None => Line::number("articles a second by the clock", rate(elapsed), articles.len(), target),
    });
    if by_processor.is_some() {
        section.lines.push(Line::number(
            "articles a second by the clock",
            rate(elapsed),
            articles.len(),
            Target::None,
        ));
    }
    section.lines.push(Line::number(
        "milliseconds to load",
        loading.as_secs_f64() * 1_000.0,
        1,
        Target::None,
    ));
    let memory = at_start.zip(loaded).zip(before.zip(after));
    section.lines.extend(memory.map(|((start, loaded), (before, after))| {
        let (lexicons, run) = (loaded - start, (after - before).max(0.0));
        Line::number("resident memory of the stage, MiB", lexicons + run, 1, Target::AtMost(200.0))
            .with_note(format!("{lexicons:.0} loaded, {run:.0} more after the run"))
    }));
    Ok((section, tagger))
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

/// Where the platform tells it.
fn resident_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1_024.0)
}

/// Time that this thread ran, where the platform tells it: others may share the core.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}
