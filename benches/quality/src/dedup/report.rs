//! The table: a line for a measure, a column for a system.

use crate::bootstrap;

/// What a measure should reach, in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    None,
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    fn shown(self, value: f64) -> String {
        let (sign, limit, holds) = match self {
            Self::None => return String::new(),
            Self::AtLeast(limit) => (">=", limit, value >= limit),
            Self::AtMost(limit) => ("<=", limit, value <= limit),
        };
        format!("{sign} {limit}{}", if holds { "" } else { "  missed" })
    }
}

/// One figure of one system.
#[derive(Debug, Clone)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub interval: (f64, f64),
    pub count: usize,
    pub target: Target,
    /// Per cent have one digit after the point.
    pub is_percent: bool,
}

impl Figure {
    /// The mean of shares between 0 and 1, in percent.
    pub fn share(name: impl Into<String>, values: &[f64], target: Target) -> Self {
        let mean = |values: &[f64]| bootstrap::mean(values.iter().copied());
        let (low, high) = bootstrap::interval(values, mean);
        Self {
            name: name.into(),
            value: mean(values) * 100.0,
            interval: (low * 100.0, high * 100.0),
            count: values.len(),
            target,
            is_percent: true,
        }
    }

    pub fn share_of(name: impl Into<String>, values: &[bool], target: Target) -> Self {
        let values: Vec<f64> = values.iter().map(|value| f64::from(u8::from(*value))).collect();
        Self::share(name, &values, target)
    }

    /// The mean of plain numbers.
    pub fn mean(name: impl Into<String>, values: &[f64], target: Target) -> Self {
        let mean = |values: &[f64]| bootstrap::mean(values.iter().copied());
        Self {
            name: name.into(),
            value: mean(values),
            interval: bootstrap::interval(values, mean),
            count: values.len(),
            target,
            is_percent: false,
        }
    }

    fn number(&self, value: f64) -> String {
        // Nothing is no less than nothing.
        let value = value + 0.0;
        if self.is_percent { format!("{value:.2}") } else { format!("{value:.1}") }
    }
}

/// A measure's figures, of one system after the other; a system may lack some.
pub struct Section {
    pub title: &'static str,
    pub systems: Vec<(String, Vec<Figure>)>,
}

impl Section {
    pub fn print(&self) {
        let Some((_, first)) = self.systems.first() else { return };
        println!("\n{}", self.title);
        let others: String = self.systems[1..].iter().map(|(name, _)| format!(" {name:>12}")).collect();
        println!("{:46} {:>8} {:>17} {:>7}  {:16}{others}", "%", self.systems[0].0, "(95 %)", "n", "target");
        for figure in first {
            let others: String = self.systems[1..]
                .iter()
                .map(|(_, figures)| {
                    let other = figures.iter().find(|other| other.name == figure.name);
                    format!(" {:>12}", other.map_or_else(|| "-".to_owned(), |one| one.number(one.value)))
                })
                .collect();
            let (low, high) = figure.interval;
            println!(
                "{:46} {:>8} {:>17} {:>7}  {:16}{others}",
                figure.name,
                figure.number(figure.value),
                format!("({} to {})", figure.number(low), figure.number(high)),
                figure.count,
                figure.target.shown(figure.value),
            );
        }
    }
}
