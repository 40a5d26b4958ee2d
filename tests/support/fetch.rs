//! Where the broker's jars come from: Maven, once, into `target/kafka/<version>`.
//!
//! It never touches the network when the jars are there, and parallel test processes wait for each other.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The pinned versions. The copy beside the jars tells whether they belong to it.
const POM: &str = include_str!("kafka/pom.xml");
/// Java's major version that the Kafka server needs at least.
const JAVA_VERSION_MIN: u32 = 17;
/// A download over a flaky line is tried this often.
const FETCH_ATTEMPTS_MAX: u32 = 3;

/// How to get what a test needs.
const INSTALL: &str = "install both with `sudo apt-get install -y openjdk-17-jre-headless maven` or \
    `brew install openjdk@17 maven`";
/// The other way, for tests that leave their broker as it is.
pub const OR_NAMED: &str = ", or set KHABAR_TEST_BROKER=host:port to a running Apache Kafka 4.x";

/// The java program: that of JAVA_HOME, else the one on the path.
pub fn java() -> PathBuf {
    std::env::var_os("JAVA_HOME")
        .map(|home| Path::new(&home).join("bin/java"))
        .filter(|java| java.is_file())
        .unwrap_or_else(|| PathBuf::from("java"))
}

/// The folder with the jars of the Kafka server, fetched if need be. The error is a sentence with the remedy.
pub fn kafka_jars() -> Result<PathBuf, String> {
    require_java()?;
    let home = target_folder().join("kafka").join(kafka_version());
    fs::create_dir_all(&home).map_err(|error| format!("cannot create {}: {error}", home.display()))?;
    let lock_path = home.join("lock");
    let lock = File::create(&lock_path)
        .map_err(|error| format!("cannot create {}: {error}", lock_path.display()))?;
    lock.lock().map_err(|error| format!("cannot lock {}: {error}", lock_path.display()))?;

    let jars = home.join("libs");
    let stamp = home.join("pom.xml");
    if jars.is_dir() && fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == POM) {
        return Ok(jars);
    }
    fetch(&jars)?;
    // Written last: whatever was interrupted before it is fetched again.
    fs::write(&stamp, POM).map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
    Ok(jars)
}

fn fetch(jars: &Path) -> Result<(), String> {
    let pom = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/kafka/pom.xml");
    let mut last_output = String::new();
    for _ in 0..FETCH_ATTEMPTS_MAX {
        // A removed folder is the aim; a missing one is no failure.
        let _ = fs::remove_dir_all(jars);
        let output = Command::new("mvn")
            .args(["-q", "-B", "--strict-checksums", "-f"])
            .arg(&pom)
            .arg("dependency:copy-dependencies")
            .arg(format!("-DoutputDirectory={}", jars.display()))
            .arg("-DincludeScope=runtime")
            .output()
            .map_err(|error| {
                format!("the test needs a Kafka broker, and its jars need Maven (`mvn`: {error}): {INSTALL}{OR_NAMED}")
            })?;
        if output.status.success() {
            return Ok(());
        }
        last_output =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    }
    Err(format!(
        "the test needs a Kafka broker, and Maven could not fetch its jars ({FETCH_ATTEMPTS_MAX} attempts): \
        see to the network{OR_NAMED}; Maven says:\n\
        {last_output}"
    ))
}

fn require_java() -> Result<(), String> {
    let found = match Command::new(java()).arg("-version").output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            match java_major_version(&text) {
                Some(version) if version >= JAVA_VERSION_MIN => return Ok(()),
                Some(version) => format!("found {version}"),
                None => format!("cannot read its version from {:?}", text.lines().next().unwrap_or_default()),
            }
        }
        Ok(output) => format!("`java -version` ended with {}", output.status),
        Err(error) => format!("`java`: {error}"),
    };
    Err(format!(
        "the test needs a Kafka broker, and that needs Java {JAVA_VERSION_MIN} ({found}): {INSTALL}{OR_NAMED}"
    ))
}

/// The major version in the answer of `java -version`: 17 of `"17.0.15"`, 8 of `"1.8.0_402"`.
pub fn java_major_version(text: &str) -> Option<u32> {
    let quoted = text.lines().find(|line| line.contains("version"))?.split('"').nth(1)?;
    let mut numbers = quoted.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
    match numbers.next()? {
        1 => numbers.next(),
        major => Some(major),
    }
}

/// Cargo's target folder, wherever it is set to.
fn target_folder() -> &'static Path {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    scratch.parent().expect("cargo's scratch folder lies in the target folder")
}

fn kafka_version() -> &'static str {
    POM.split_once("<kafka.version>")
        .and_then(|(_, rest)| rest.split_once("</kafka.version>"))
        .map(|(version, _)| version)
        .expect("the pom states kafka.version")
}
