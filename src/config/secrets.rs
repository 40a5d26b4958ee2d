//! Secrets that stand in files: read once, at the start, and never shown.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::problem::{ConfigError, Origin, Problem, quoted};
use super::settings::{Secret, Settings};

/// A file with a secret is at most this large: a password, not a disk image.
const SECRET_FILE_BYTES_MAX: u64 = 64 * 1024;

/// What the settings keep out of sight.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// From `kafka.sasl_password` or the first line of `kafka.sasl_password_file`; empty where neither is set.
    pub sasl_password: Secret,
    /// The first line of `kafka.ssl_key_password_file`; empty where it is not set.
    pub ssl_key_password: Secret,
}

/// Reads the files that the settings name, and sees that the certificates' files can be read.
///
/// # Errors
/// Every file that cannot be read, or that holds no secret, by its name.
pub fn read(settings: &Settings) -> Result<Secrets, ConfigError> {
    let kafka = &settings.kafka;
    let mut problems = Vec::new();
    let mut secret = |key: &str, path: &str| {
        if path.is_empty() {
            return Secret::default();
        }
        first_line(path).unwrap_or_else(|message| {
            problems.push(Problem::new(key, Origin::File(path.into()), message));
            Secret::default()
        })
    };
    let from_file = secret("kafka.sasl_password_file", &kafka.sasl_password_file);
    let ssl_key_password = secret("kafka.ssl_key_password_file", &kafka.ssl_key_password_file);
    for (key, path) in [
        ("kafka.ssl_ca_file", &kafka.ssl_ca_file),
        ("kafka.ssl_certificate_file", &kafka.ssl_certificate_file),
        ("kafka.ssl_key_file", &kafka.ssl_key_file),
    ] {
        if let Some(error) = (!path.is_empty()).then(|| fs::File::open(path).err()).flatten() {
            problems.push(Problem::new(key, Origin::File(path.into()), unreadable(&error)));
        }
    }
    if !problems.is_empty() {
        return Err(ConfigError { problems });
    }
    let sasl_password = if from_file.is_empty() { kafka.sasl_password.clone() } else { from_file };
    Ok(Secrets { sasl_password, ssl_key_password })
}

fn first_line(path: &str) -> Result<Secret, String> {
    let mut bytes = Vec::new();
    fs::File::open(Path::new(path))
        .and_then(|file| file.take(SECRET_FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > SECRET_FILE_BYTES_MAX {
        return Err(format!("larger than {SECRET_FILE_BYTES_MAX} bytes; is this the file with the secret?"));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| "not UTF-8; its first line must be the secret as plain text".to_owned())?;
    let line = text.lines().next().unwrap_or_default().trim_end();
    if line.is_empty() {
        return Err("the first line is empty; it must be the secret".to_owned());
    }
    if line.contains('\0') {
        return Err(format!("the first line holds {}; it must be the secret as plain text", quoted("\0")));
    }
    Ok(Secret::new(line.to_owned()))
}

fn unreadable(error: &std::io::Error) -> String {
    format!("cannot be read: {error}; check the path, and that the worker's user may read it")
}
