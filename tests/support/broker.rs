//! A genuine Apache Kafka for a test: one node in KRaft mode, in a temporary folder, on free ports.
//!
//! The broker is the child of a small shell that holds a pipe from the test process. When the pipe closes, however
//! the test process ended, the shell kills the broker and removes the folder.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::client::Client;
use super::{LOOK_INTERVAL, fetch, free_ports, random_u64, unique};

/// Starting takes five seconds on an idle machine.
const START_LIMIT: Duration = Duration::from_secs(90);
/// A port that was free may be taken by the time the broker binds it.
const START_ATTEMPTS_MAX: u32 = 5;
/// A running broker that is named by the environment should answer within this time.
const EXTERNAL_LIMIT: Duration = Duration::from_secs(20);
const OWN_NEEDED: &str =
    "; the broker of KHABAR_TEST_BROKER cannot serve a test that stops its broker or sets it up";
/// That much of the end of the broker's log goes into a message, in lines.
const LOG_TAIL_LINES: usize = 25;

const SETTINGS: &str = "\
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,RELAYED:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
log.segment.delete.delay.ms=1000
";

const LOGGING: &str = r#"<Configuration status="WARN">
  <Appenders><Console name="C"><PatternLayout pattern="%d %p %c %m%n%throwable"/></Console></Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="C"/></Root></Loggers>
</Configuration>
"#;

/// What a broker of one's own should be like. By default like Kafka's own defaults, on one node.
#[derive(Debug, Clone, Default)]
pub struct BrokerOptions {
    properties: Vec<(String, String)>,
    sasl_users: Vec<(String, String)>,
    access_control: bool,
    relay_port: Option<u16>,
}

impl BrokerOptions {
    /// Any property of Kafka's `server.properties`, for instance `message.max.bytes`.
    pub fn property(mut self, name: &str, value: &str) -> Self {
        self.properties.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a second listener with SASL/PLAIN (see [`Broker::sasl_bootstrap`]) that lets this user in.
    pub fn sasl_user(mut self, name: &str, password: &str) -> Self {
        self.sasl_users.push((name.to_owned(), password.to_owned()));
        self
    }

    /// Adds a listener (see [`Broker::relayed`]) that sends its clients to this port of the host: whoever bootstraps from
    /// there talks to the broker through what listens there.
    pub fn relay_port(mut self, port: u16) -> Self {
        self.relay_port = Some(port);
        self
    }

    /// Users of the SASL listener may do only what [`Broker::allow`] grants. Whoever comes over the plain listener
    /// stays a super user, and so does a SASL user named `admin`.
    pub fn access_control(mut self) -> Self {
        self.access_control = true;
        self
    }
}

/// A running broker.
pub struct Broker {
    ports: Ports,
    /// None: a broker named by the environment, which is not ours to touch.
    own: Option<Own>,
}

struct Own {
    supervisor: Mutex<Supervisor>,
    folder: PathBuf,
    jars: PathBuf,
}

struct Ports {
    bootstrap: String,
    sasl: String,
    relayed: String,
}

/// Where the broker listens.
struct Listeners {
    plain: u16,
    controller: u16,
    sasl: u16,
    relayed: u16,
}

impl Broker {
    /// The broker that all tests of this process share: the one of `KHABAR_TEST_BROKER`, else a started one.
    /// A test that uses it names its topics and groups with [`unique`](super::unique).
    pub fn shared() -> &'static Broker {
        static SHARED: OnceLock<Result<Broker, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| match named_broker() {
            Some(bootstrap) => Broker::external(bootstrap),
            None => Broker::start(&BrokerOptions::default()),
        });
        match shared {
            Ok(broker) => broker,
            Err(message) => panic!("{message}"),
        }
    }

    /// A broker for one test alone, to be paused, killed, restarted or set up in its own way.
    pub fn start_own(options: &BrokerOptions) -> Broker {
        match Broker::start(options) {
            Ok(broker) => broker,
            Err(message) => {
                let message = message.replace(fetch::OR_NAMED, "");
                panic!("{message}{}", if named_broker().is_some() { OWN_NEEDED } else { "" });
            }
        }
    }

    /// `host:port` for clients without security.
    pub fn bootstrap(&self) -> &str {
        &self.ports.bootstrap
    }

    /// `host:port` of the listener with SASL/PLAIN; only with [`BrokerOptions::sasl_user`].
    pub fn sasl_bootstrap(&self) -> &str {
        &self.ports.sasl
    }

    /// `host:port` where the broker takes the connections of a relay; only with [`BrokerOptions::relay_port`].
    pub fn relayed(&self) -> &str {
        &self.ports.relayed
    }

    /// A client for looking and preparing, without security.
    pub fn client(&self) -> Client {
        Client::new(self.bootstrap())
    }

    /// Stops the broker in its tracks: connections stay open and nothing answers.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// Lets a paused broker go on.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// Kills the broker without warning. Its data stay.
    pub fn kill(&self) {
        let answer = self.own().supervisor.lock().unwrap().order("kill");
        assert_eq!(answer.as_deref(), Ok("killed"), "the broker's supervisor answers");
    }

    /// Starts the broker again on the same ports and data, after killing it if it runs, and waits until it answers.
    pub fn restart(&self) {
        let own = self.own();
        for attempt in 1..=START_ATTEMPTS_MAX {
            match own.run(&self.ports.bootstrap) {
                Ok(()) => return,
                // Another process may hold the port for a moment as the near end of a connection.
                Err(StartFailure::PortTaken) if attempt < START_ATTEMPTS_MAX => {
                    thread::sleep(Duration::from_secs(1));
                }
                Err(failure) => panic!("the broker did not come back: {failure:?}"),
            }
        }
    }

    /// Grants a SASL user operations by the access-control command of Kafka, whose options these are, for instance
    /// `&["--operation", "Read", "--topic", "t"]` or `&["--producer", "--topic", "t"]`.
    pub fn allow(&self, user: &str, what: &[&str]) {
        let output = Command::new(fetch::java())
            .arg("-cp")
            .arg(self.own().jars.join("*"))
            .arg("org.apache.kafka.tools.AclCommand")
            .args(["--bootstrap-server", self.bootstrap(), "--add", "--allow-principal"])
            .arg(format!("User:{user}"))
            .args(what)
            .output()
            .expect("java runs, since the broker does");
        assert!(output.status.success(), "access is granted: {}", String::from_utf8_lossy(&output.stdout));
    }

    /// What the broker has logged: warnings and errors.
    pub fn log(&self) -> String {
        fs::read_to_string(self.own().folder.join("broker.log")).unwrap_or_default()
    }

    /// The folder that holds the broker's data as long as it runs.
    pub fn folder(&self) -> &Path {
        &self.own().folder
    }

    fn own(&self) -> &Own {
        self.own.as_ref().expect("a test that interferes with the broker starts its own")
    }

    fn signal(&self, name: &str) {
        let answer = self.own().supervisor.lock().unwrap().order(&format!("signal {name}"));
        assert_eq!(answer.as_deref(), Ok("0"), "a running broker takes signal {name}");
    }

    fn external(bootstrap: String) -> Result<Broker, String> {
        let deadline = Instant::now() + EXTERNAL_LIMIT;
        while !answers(&bootstrap) {
            if Instant::now() >= deadline {
                return Err(format!(
                    "KHABAR_TEST_BROKER={bootstrap} does not answer: start that broker, or unset the variable \
                    to have the tests start one of their own"
                ));
            }
            thread::sleep(LOOK_INTERVAL);
        }
        Ok(Broker { ports: Ports { bootstrap, sasl: String::new(), relayed: String::new() }, own: None })
    }

    fn start(options: &BrokerOptions) -> Result<Broker, String> {
        let jars = fetch::kafka_jars()?;
        for _ in 0..START_ATTEMPTS_MAX {
            match Broker::start_once(options, &jars) {
                Ok(broker) => return Ok(broker),
                Err(StartFailure::PortTaken) => {}
                Err(StartFailure::Other(message)) => return Err(message),
            }
        }
        Err(format!("the broker found no free port in {START_ATTEMPTS_MAX} attempts"))
    }

    fn start_once(options: &BrokerOptions, jars: &Path) -> Result<Broker, StartFailure> {
        let [plain, controller, sasl, relayed] = free_ports();
        let folder = std::env::temp_dir().join(unique("khabar-broker"));
        fs::create_dir_all(&folder).map_err(|error| cannot("create", &folder, &error))?;
        // From here on the supervisor removes the folder.
        let supervisor = Supervisor::start(&folder, jars)?;
        let own = Own { supervisor: Mutex::new(supervisor), folder, jars: jars.to_owned() };

        own.write("log4j2.xml", LOGGING)?;
        let listeners = Listeners { plain, controller, sasl, relayed };
        let settings = server_properties(options, &own.folder, &listeners);
        own.write("server.properties", &settings)?;
        own.format()?;
        let address = |port: u16| format!("127.0.0.1:{port}");
        let ports = Ports { bootstrap: address(plain), sasl: address(sasl), relayed: address(relayed) };
        own.run(&ports.bootstrap)?;
        Ok(Broker { ports, own: Some(own) })
    }
}

impl Own {
    fn write(&self, name: &str, text: &str) -> Result<(), StartFailure> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(|error| cannot("write", &path, &error))
    }

    /// Gives the data folder a cluster id of its own.
    fn format(&self) -> Result<(), StartFailure> {
        // The leading zero byte keeps the text from beginning with a dash, which would look like an option.
        let mut id = [0_u8; 16];
        id[1..9].copy_from_slice(&random_u64().to_be_bytes());
        let order = format!("format {}", URL_SAFE_NO_PAD.encode(id));
        match self.supervisor.lock().unwrap().order(&order)?.as_str() {
            "0" => Ok(()),
            code => Err(StartFailure::Other(format!("formatting ended with {code}; {}", self.log_tail()))),
        }
    }

    /// Starts the broker and waits until it answers.
    fn run(&self, bootstrap: &str) -> Result<(), StartFailure> {
        let log_path = self.folder.join("broker.log");
        let logged_before = fs::metadata(&log_path).map_or(0, |metadata| metadata.len());
        let mut supervisor = self.supervisor.lock().unwrap();
        supervisor.order("start")?;
        let deadline = Instant::now() + START_LIMIT;
        while !answers(bootstrap) {
            if supervisor.order("state")? != "running" {
                let log = fs::read(&log_path).unwrap_or_default();
                let new = &log[log.len().min(usize::try_from(logged_before).unwrap_or(usize::MAX))..];
                if String::from_utf8_lossy(new).contains("Address already in use") {
                    return Err(StartFailure::PortTaken);
                }
                return Err(StartFailure::Other(format!(
                    "the broker ended at its start; {}",
                    self.log_tail()
                )));
            }
            if Instant::now() >= deadline {
                return Err(StartFailure::Other(format!(
                    "the broker does not answer after {START_LIMIT:?}; {}",
                    self.log_tail()
                )));
            }
            thread::sleep(LOOK_INTERVAL);
        }
        Ok(())
    }

    fn log_tail(&self) -> String {
        let log = fs::read_to_string(self.folder.join("broker.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let tail = &lines[lines.len().saturating_sub(LOG_TAIL_LINES)..];
        format!("the end of its log:\n{}", tail.join("\n"))
    }
}

#[derive(Debug)]
enum StartFailure {
    PortTaken,
    Other(String),
}

impl From<String> for StartFailure {
    fn from(message: String) -> Self {
        StartFailure::Other(message)
    }
}

fn cannot(verb: &str, path: &Path, error: &std::io::Error) -> StartFailure {
    StartFailure::Other(format!("cannot {verb} {}: {error}", path.display()))
}

/// The shell that runs the broker and cleans up; see `kafka/supervise.sh` for its orders.
struct Supervisor {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Supervisor {
    fn start(folder: &Path, jars: &Path) -> Result<Self, String> {
        let mut logging = std::ffi::OsString::from("-Dlog4j2.configurationFile=");
        logging.push(folder.join("log4j2.xml"));
        let mut child = Command::new("sh")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/kafka/supervise.sh"))
            .arg(folder)
            .arg(fetch::java())
            .args(["-Xmx1g", "-Xms256m", "-XX:+UseSerialGC"])
            .arg(logging)
            .arg("-cp")
            .arg(jars.join("*"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It lives a moment longer than the test process; an inherited stream would hold up a pipe behind it.
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cannot start `sh`: {error}"))?;
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        Ok(Self { child, orders, answers })
    }

    fn order(&mut self, order: &str) -> Result<String, String> {
        let lost = |error| format!("the broker's supervisor is gone: {error}");
        if let Some(orders) = self.orders.as_mut() {
            writeln!(orders, "{order}").map_err(lost)?;
        }
        let mut answer = String::new();
        if self.answers.read_line(&mut answer).map_err(lost)? == 0 {
            return Err("the broker's supervisor ended".to_owned());
        }
        Ok(answer.trim_end().to_owned())
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // Closing the pipe is the order to clean up.
        drop(self.orders.take());
        let _ = self.child.wait();
    }
}

fn named_broker() -> Option<String> {
    std::env::var("KHABAR_TEST_BROKER").ok().filter(|bootstrap| !bootstrap.is_empty())
}

/// Whether a broker answers there: it takes a connection and tells about itself.
fn answers(bootstrap: &str) -> bool {
    let reachable = bootstrap
        .split(',')
        .filter_map(|address| address.to_socket_addrs().ok())
        .flatten()
        .any(|address: SocketAddr| TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok());
    reachable && Client::new(bootstrap).answers()
}

fn server_properties(options: &BrokerOptions, folder: &Path, ports: &Listeners) -> String {
    let mut text = SETTINGS.to_owned();
    let mut set = |name: &str, value: &str| {
        let _ = writeln!(text, "{name}={value}");
    };
    let Listeners { plain, controller, sasl, relayed } = ports;
    let mut clients = vec![format!("PLAINTEXT://127.0.0.1:{plain}")];
    let mut advertised = clients.clone();
    if let Some(relay) = options.relay_port {
        clients.push(format!("RELAYED://127.0.0.1:{relayed}"));
        advertised.push(format!("RELAYED://127.0.0.1:{relay}"));
    }
    if !options.sasl_users.is_empty() {
        clients.push(format!("SASL://127.0.0.1:{sasl}"));
        advertised.push(format!("SASL://127.0.0.1:{sasl}"));
        let users: String = options.sasl_users.iter().fold(String::new(), |mut users, (name, password)| {
            let _ = write!(users, " user_{name}=\"{password}\"");
            users
        });
        set("sasl.enabled.mechanisms", "PLAIN");
        set(
            "listener.name.sasl.plain.sasl.jaas.config",
            &format!("org.apache.kafka.common.security.plain.PlainLoginModule required{users};"),
        );
    }
    if options.access_control {
        set("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        set("super.users", "User:ANONYMOUS;User:admin");
    }
    set("listeners", &format!("{},CONTROLLER://127.0.0.1:{controller}", clients.join(",")));
    set("advertised.listeners", &advertised.join(","));
    set("controller.quorum.voters", &format!("1@127.0.0.1:{controller}"));
    set("log.dirs", &folder.join("data").display().to_string());
    for (name, value) in &options.properties {
        set(name, value);
    }
    text
}
