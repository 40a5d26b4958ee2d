//! `khabar probe`: tries records for a worker that started it; nothing for a person.

use super::CliError;
use crate::worker::probe;

pub(super) fn execute() -> Result<(), CliError> {
    probe::serve().map_err(|error| {
        CliError::Usage(format!("{error}; a worker starts this command by itself, it is of no use otherwise"))
    })
}
