//! The table: a line for a figure, with its interval and its target.

use crate::bootstrap;

/// What a figure should reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    None,
    AtLeast(f64),
    AtMost(f64),
}

/// How a figure is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    /// Between 0 and 1, with three digits.
    Share,
    /// A plain number.
    Whole,
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Line {
    pub name: String,
    /// `None` where this build of khabar does not tell it.
    pub value: Option<f64>,
    pub interval: Option<(f64, f64)>,
    /// Over how many items.
    pub count: usize,
    pub target: Target,
    pub form: Form,
    pub note: String,
}

impl Line {
    /// A measure over items, with its interval by the bootstrap.
    pub fn measured<T: Copy>(
        name: impl Into<String>,
        items: &[T],
        target: Target,
        measure: impl Fn(&[T]) -> f64,
    ) -> Self {
        Self {
            name: name.into(),
            value: Some(measure(items)),
            interval: Some(bootstrap::interval(items, &measure)),
            count: items.len(),
            target,
            form: Form::Share,
            note: String::new(),
        }
    }

    /// The share of items that are right.
    pub fn share(name: impl Into<String>, items: &[bool], target: Target) -> Self {
        Self::measured(name, items, target, |items| {
            bootstrap::mean(items.iter().map(|right| f64::from(u8::from(*right))))
        })
    }

    /// The mean of numbers between 0 and 1.
    pub fn mean(name: impl Into<String>, items: &[f64], target: Target) -> Self {
        Self::measured(name, items, target, |items| bootstrap::mean(items.iter().copied()))
    }

    pub fn number(name: impl Into<String>, value: f64, count: usize, target: Target) -> Self {
        Self {
            name: name.into(),
            value: Some(value),
            interval: None,
            count,
            target,
            form: Form::Whole,
            note: String::new(),
        }
    }

    /// What this build of khabar does not tell.
    pub fn not_built(name: impl Into<String>, target: Target) -> Self {
        Self {
            name: name.into(),
            value: None,
            interval: None,
            count: 0,
            target,
            form: Form::Share,
            note: String::new(),
        }
    }

    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    fn shown(&self, value: f64) -> String {
        match self.form {
            Form::Share => format!("{value:.3}"),
            Form::Whole => format!("{value:.0}"),
        }
    }

    fn target(&self) -> String {
        let (sign, limit, holds) = match (self.target, self.value) {
            (Target::None, _) => return String::new(),
            (Target::AtLeast(limit), value) => (">=", limit, value.is_none_or(|value| value >= limit)),
            (Target::AtMost(limit), value) => ("<=", limit, value.is_none_or(|value| value <= limit)),
        };
        format!("{sign} {limit}{}", if holds { "" } else { "  missed" })
    }

    fn print(&self) {
        let value = self.value.map_or_else(|| "not built".to_owned(), |value| self.shown(value));
        let interval = self
            .interval
            .map(|(low, high)| format!("({} to {})", self.shown(low), self.shown(high)))
            .unwrap_or_default();
        let line = format!(
            "{:52} {value:>9} {interval:>16} {:>6}  {:16} {}",
            self.name,
            self.value.map_or_else(String::new, |_| self.count.to_string()),
            self.target(),
            self.note
        );
        println!("{}", line.trim_end());
    }
}

/// The figures of one part, and what went worst in it.
#[derive(Debug, Default)]
pub struct Section {
    pub title: String,
    pub lines: Vec<Line>,
    /// For each set: the worst first.
    pub worst: Vec<Vec<String>>,
}

impl Section {
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    pub fn print(&self, worst: usize) {
        println!("\n{}", self.title);
        println!("{:52} {:>9} {:>16} {:>6}  {:16}", "", "khabar", "(95 %)", "n", "target");
        self.lines.iter().for_each(Line::print);
        let worst = self.worst.iter().flat_map(|set| set.iter().take(worst));
        worst.for_each(|line| println!("    {line}"));
    }
}
