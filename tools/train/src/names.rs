//! The command `names`: learns a model of names, and judges it on what it was not learned from.

use std::path::PathBuf;

use khabar::tag::sequence::classes::WordClasses;

use crate::data::{self, Clitics, Part};
use crate::perceptron::{self, Plan};
use crate::{judge, read, write};

const PLAN: Plan = Plan { epochs: 14, row_bits: 18, learners: 16 };

struct Arguments {
    output: Option<PathBuf>,
    plan: Plan,
    parts: Vec<Part>,
    classes: WordClasses,
}

fn arguments(given: &[String]) -> Result<Arguments, String> {
    let mut given = given.iter();
    let output = given.next().ok_or("names needs an OUTPUT, or -")?;
    let output = (output != "-").then(|| PathBuf::from(output));
    let mut arguments = Arguments { output, plan: PLAN, parts: Vec::new(), classes: WordClasses::default() };
    while let Some(argument) = given.next() {
        let mut number = || -> Result<u32, String> {
            let text = given.next().ok_or_else(|| format!("{argument} needs a number"))?;
            text.parse().map_err(|error| format!("{argument} {text}: {error}"))
        };
        match argument.as_str() {
            "--epochs" => arguments.plan.epochs = number()? as usize,
            "--row-bits" => arguments.plan.row_bits = number()?,
            "--learners" => arguments.plan.learners = u64::from(number()?),
            "--classes" => {
                let path = given.next().ok_or("--classes needs a file")?;
                let text = read(path)?.join("\n");
                arguments.classes =
                    WordClasses::read(&text).ok_or_else(|| format!("{path} holds no classes"))?;
            }
            "--judge" => arguments.parts.push(Part::judged(given.next().ok_or("--judge needs a file")?)),
            _ => arguments.parts.push(Part::parse(argument)?),
        }
    }
    Ok(arguments)
}

pub fn run(given: &[String]) -> Result<(), String> {
    let arguments = arguments(given)?;
    let mut learned = Vec::new();
    for part in &arguments.parts {
        let sentences = part.learned()?;
        // Newsrooms write clitics in one word with the name; some corpora divide them.
        learned.extend(data::texts(&sentences, Clitics::AsTheyAre, &arguments.classes));
        if sentences.iter().any(data::has_divided_clitics) {
            learned.extend(data::texts(&sentences, Clitics::Attached, &arguments.classes));
        }
    }
    println!("{} texts to learn from", learned.len());
    let model = perceptron::learn(&learned, arguments.plan);
    for part in &arguments.parts {
        let sentences = part.left_out()?;
        if !sentences.is_empty() {
            judge::report(
                &part.name(),
                &model,
                &data::texts(&sentences, Clitics::AsTheyAre, &arguments.classes),
            );
        }
    }
    match &arguments.output {
        Some(output) => write(&output.to_string_lossy(), &model.to_bytes()),
        None => Ok(()),
    }
}
