//! The `khabar` program as a child process, with its topics, its settings and its log.
//!
//! A worker is killed when its guard is dropped, and also when the test process itself is killed.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::broker::Broker;
use super::client::Client;
use super::{unique, wait_for};

/// The program under test, built by cargo in the profile of the test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_khabar");

/// Standard output and standard error.
const OUTPUT_STREAMS: usize = 2;
/// The output of a process that has ended stands in its pipes.
const OUTPUT_LIMIT: Duration = Duration::from_secs(30);

/// The five topics of one test, under names of its own.
#[derive(Debug, Clone)]
pub struct Topics {
    pub raw: String,
    pub enriched: String,
    pub duplicates: String,
    pub rejected: String,
    pub claims: String,
    /// Of the raw and the three outcome topics; the claims have one.
    pub partitions: u16,
}

impl Topics {
    /// Only the names: nothing is created.
    pub fn named(test: &str, partitions: u16) -> Self {
        let prefix = unique(test);
        Self {
            raw: format!("{prefix}.raw"),
            enriched: format!("{prefix}.enriched"),
            duplicates: format!("{prefix}.duplicates"),
            rejected: format!("{prefix}.rejected"),
            claims: format!("{prefix}.claims"),
            partitions,
        }
    }

    /// Creates all five as a worker wants them.
    pub fn create(client: &Client, test: &str, partitions: u16) -> Self {
        let topics = Self::named(test, partitions);
        for name in [&topics.raw, &topics.enriched, &topics.duplicates, &topics.rejected] {
            client.create_topic(name, partitions, &[]);
        }
        client.create_topic(&topics.claims, 1, CLAIMS_CONFIG);
        topics
    }

    /// Enriched, duplicates and rejected.
    pub fn outcomes(&self) -> [&str; 3] {
        [&self.enriched, &self.duplicates, &self.rejected]
    }

    pub fn delete(&self, client: &Client) {
        for name in [&self.raw, &self.enriched, &self.duplicates, &self.rejected, &self.claims] {
            client.delete_topic(name);
        }
    }
}

/// What a claims topic needs: the order and time of the broker, and nothing removed within twice the window.
pub const CLAIMS_CONFIG: &[(&str, &str)] = &[
    ("message.timestamp.type", "LogAppendTime"),
    ("cleanup.policy", "delete"),
    ("retention.ms", "1814400000"),
    ("retention.bytes", "-1"),
    ("unclean.leader.election.enable", "false"),
];

/// How to start a worker.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    program: PathBuf,
    settings: Vec<(String, String)>,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl WorkerOptions {
    /// A worker of this group on these topics, without an HTTP server, logging JSON.
    pub fn new(broker: &Broker, topics: &Topics, group: &str) -> Self {
        let options = Self {
            program: PathBuf::from(PROGRAM),
            settings: Vec::new(),
            arguments: Vec::new(),
            environment: Vec::new(),
        };
        options
            .set_text("kafka.bootstrap_servers", broker.bootstrap())
            .set_text("kafka.group", group)
            .set("kafka.raw_topics", &format!("[{}]", toml_text(&topics.raw)))
            .set_text("kafka.enriched_topic", &topics.enriched)
            .set_text("kafka.duplicates_topic", &topics.duplicates)
            .set_text("kafka.rejected_topic", &topics.rejected)
            .set_text("kafka.claims_topic", &topics.claims)
            .set_text("http.listen", "")
            .set_text("log.format", "json")
    }

    /// A setting with its value in TOML, for instance `("dedup.enabled", "false")`. The last one of a key counts.
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.settings.retain(|(known, _)| known != key);
        self.settings.push((key.to_owned(), value.to_owned()));
        self
    }

    /// A setting that is a text.
    pub fn set_text(self, key: &str, value: &str) -> Self {
        self.set(key, &toml_text(value))
    }

    /// A property for librdkafka.
    pub fn property(self, name: &str, value: &str) -> Self {
        self.set_text(&format!("kafka.properties.{}", toml_text(name)), value)
    }

    /// One more argument after `run -c FILE`.
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// A variable of the worker's environment.
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Another build of the program.
    pub fn program(mut self, program: &Path) -> Self {
        program.clone_into(&mut self.program);
        self
    }

    /// The settings as a file.
    pub fn config_text(&self) -> String {
        self.settings.iter().fold(String::new(), |mut text, (key, value)| {
            let _ = writeln!(text, "{key} = {value}");
            text
        })
    }

    /// Starts `khabar run`.
    pub fn start(&self) -> Worker {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = folder.path().join("khabar.toml");
        fs::write(&config, self.config_text()).expect("the settings are written");
        let mut command = Command::new(&self.program);
        command.arg("run").arg("-c").arg(&config).args(&self.arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Worker::spawn(command, Some(folder))
    }

    /// Runs another command of the program, for instance `["check", "--online"]`, with these settings, to its end.
    /// Its log and output are in the result.
    pub fn run(&self, command: &[&str]) -> Output {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = folder.path().join("khabar.toml");
        fs::write(&config, self.config_text()).expect("the settings are written");
        Command::new(&self.program)
            .args(command)
            .arg("-c")
            .arg(&config)
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .expect("the program starts")
    }
}

/// A running worker.
pub struct Worker {
    child: Child,
    log: Arc<Log>,
    /// Ends the worker when this process is killed.
    lifeline: Child,
    _folder: Option<TempDir>,
}

#[derive(Default)]
struct Log {
    /// Every line of both output streams, in the order of arrival.
    lines: Mutex<Vec<String>>,
    /// Output streams that were read to their end.
    streams_ended: Mutex<usize>,
    changed: Condvar,
}

impl Worker {
    /// Starts any program the way a worker is started; the folder is kept as long as it runs.
    pub fn spawn(mut command: Command, folder: Option<TempDir>) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("the program starts");
        let lifeline = Command::new("sh")
            .args(["-c", "trap '' INT TERM HUP; while read -r _; do :; done; kill -KILL \"$1\"", "lifeline"])
            .arg(child.id().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("sh starts");
        let log = Arc::new(Log::default());
        follow(child.stdout.take().expect("its output is a pipe"), &log);
        follow(child.stderr.take().expect("its error output is a pipe"), &log);
        Self { child, log, lifeline, _folder: folder }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All lines that it has written.
    pub fn output(&self) -> Vec<String> {
        self.log.lines.lock().unwrap().clone()
    }

    /// The log events of that name, or all.
    pub fn events(&self, name: Option<&str>) -> Vec<Value> {
        let lines = self.log.lines.lock().unwrap();
        lines
            .iter()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|event| match name {
                Some(name) => event["event"] == name,
                None => event["event"].is_string(),
            })
            .collect()
    }

    /// All events of level `error`.
    pub fn errors(&self) -> Vec<Value> {
        self.events(None).into_iter().filter(|event| event["level"] == "error").collect()
    }

    /// Waits for the first event of that name. Panics with the worker's output when the time is over or it ended.
    pub fn wait_for_event(&mut self, name: &str, limit: Duration) -> Value {
        self.wait_for_event_where(name, limit, |_| true)
    }

    /// Waits for the first event of that name that fits.
    pub fn wait_for_event_where(
        &mut self,
        name: &str,
        limit: Duration,
        fits: impl Fn(&Value) -> bool,
    ) -> Value {
        let deadline = Instant::now() + limit;
        loop {
            let ended = self.child.try_wait().expect("the child is ours");
            if ended.is_some() {
                self.last_output();
            }
            if let Some(event) = self.events(Some(name)).into_iter().find(|event| fits(event)) {
                return event;
            }
            let over = Instant::now() >= deadline;
            assert!(
                ended.is_none() && !over,
                "no event {name} in {limit:?}; ended: {ended:?}; output:\n{}",
                self.output().join("\n")
            );
            let lines = self.log.lines.lock().unwrap();
            let _unused = self.log.changed.wait_timeout(lines, Duration::from_millis(100)).unwrap();
        }
    }

    /// SIGTERM: it drains and ends by itself.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// SIGSTOP: it stands still, its connections stay open.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// SIGCONT.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) {
        self.child.kill().expect("the child is ours");
        self.child.wait().expect("the child is ours");
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("the child is ours").is_none()
    }

    /// Waits until it ends by itself and all that it wrote is read. Panics with its output when the time is over.
    pub fn wait_exit(&mut self, limit: Duration) -> ExitStatus {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().expect("the child is ours") {
                self.last_output();
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "the worker runs on after {limit:?}; output:\n{}",
                self.output().join("\n")
            );
            thread::sleep(super::LOOK_INTERVAL);
        }
    }

    /// All lines that an ended worker has written.
    pub fn last_output(&self) -> Vec<String> {
        wait_for("the end of a worker's output", OUTPUT_LIMIT, || {
            (*self.log.streams_ended.lock().unwrap() == OUTPUT_STREAMS).then_some(())
        });
        self.output()
    }

    /// SIGTERM and a clean end within the limit.
    pub fn stop(&mut self, limit: Duration) {
        self.terminate();
        let status = self.wait_exit(limit);
        assert!(
            status.success(),
            "a drained worker exits with 0, not {status}:\n{}",
            self.output().join("\n")
        );
    }

    /// The largest resident memory so far, in bytes; None where the system does not tell.
    pub fn peak_memory_bytes(&self) -> Option<u64> {
        peak_memory_bytes(self.id())
    }

    /// Processor time used so far, in seconds, of all threads; None where the system does not tell.
    pub fn cpu_seconds(&self) -> Option<f64> {
        cpu_seconds(self.id())
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status();
        assert!(status.is_ok_and(|status| status.success()), "a running worker takes signal {name}");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The lifeline goes first: later the worker's number may belong to another process.
        let _ = self.lifeline.kill();
        let _ = self.lifeline.wait();
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("the output of process {}:\n{}", self.id(), self.output().join("\n"));
        }
    }
}

fn follow(stream: impl Read + Send + 'static, log: &Arc<Log>) {
    let log = Arc::clone(log);
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            log.lines.lock().unwrap().push(String::from_utf8_lossy(&line).into_owned());
            log.changed.notify_all();
        }
        *log.streams_ended.lock().unwrap() += 1;
    });
}

/// The largest resident memory of a process so far, in bytes; Linux only.
pub fn peak_memory_bytes(process_id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process_id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Processor time of a process so far, in seconds; Linux only.
pub fn cpu_seconds(process_id: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process_id}/stat")).ok()?;
    // The program's name, in parentheses, may hold anything; the fixed fields follow the last one.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / ticks_per_second()?)
}

fn ticks_per_second() -> Option<f64> {
    let output = Command::new("getconf").arg("CLK_TCK").output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// Runs the program with these arguments and this standard input, to its end.
pub fn run_program<A: AsRef<OsStr>>(arguments: &[A], input: &[u8]) -> Output {
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("its input is a pipe");
    let input = input.to_vec();
    // Of its own, since the program may write before it has read all.
    let writer = thread::spawn(move || {
        let _ = std::io::Write::write_all(&mut stdin, &input);
    });
    let output = child.wait_with_output().expect("the child is ours");
    writer.join().expect("the writer does not panic");
    output
}

/// Waits until the group has committed this many records of the topic over all partitions, as a sum of offsets.
pub fn wait_until_committed(client: &Client, group: &str, topic: &str, sum: i64, limit: Duration) {
    let partitions = client.partition_count(topic).unwrap_or_else(|| panic!("topic {topic} exists"));
    let reader = client.group_reader(group);
    wait_for(&format!("group {group} to commit {sum} records of {topic}"), limit, || {
        (reader.committed(topic, partitions).values().sum::<i64>() >= sum).then_some(())
    });
}

fn toml_text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
