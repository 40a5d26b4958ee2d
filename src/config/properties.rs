//! What `[kafka.properties]` must not hold: librdkafka properties that would break a guarantee, or that khabar sets
//! from a key of its own. A name that is not here is passed on; librdkafka itself refuses what it does not know.

/// One property, or a family of them: a name, where `*` at the end or at the beginning stands for anything.
struct Refusal {
    names: &'static [&'static str],
    reason: &'static str,
    instead: &'static str,
}

const REFUSALS: &[Refusal] = &[
    // Reading.
    Refusal {
        names: &[
            "enable.auto.commit",
            "auto.commit.enable",
            "auto.commit.interval.ms",
            "enable.auto.offset.store",
            "offset.store.*",
        ],
        reason: "offsets are committed with the outputs that they stand for; any other commit would lose records",
        instead: "nothing; see transaction.interval_ms",
    },
    Refusal {
        names: &["isolation.level"],
        reason: "with another level than read_committed a new owner of a partition would not wait for the commit of the old one, and records would come out twice",
        instead: "nothing",
    },
    Refusal {
        names: &["auto.offset.reset"],
        reason: "a silent jump would lose records or repeat them",
        instead: "start.from and start.accept_loss",
    },
    Refusal { names: &["group.id"], reason: "khabar sets it", instead: "kafka.group" },
    Refusal { names: &["group.instance.id"], reason: "khabar sets it", instead: "kafka.instance_id" },
    Refusal { names: &["group.protocol"], reason: "khabar sets it", instead: "kafka.group_protocol" },
    Refusal {
        names: &["partition.assignment.strategy"],
        reason: "khabar keeps its state by partition for cooperative-sticky assignment",
        instead: "kafka.group_protocol",
    },
    Refusal {
        names: &["session.timeout.ms", "heartbeat.interval.ms"],
        reason: "khabar sets both together",
        instead: "kafka.session_timeout_ms",
    },
    Refusal { names: &["client.rack"], reason: "khabar sets it", instead: "kafka.rack" },
    // Writing.
    Refusal {
        names: &["transactional.id"],
        reason: "khabar makes it from the group and the instance; two workers with one id would fence each other",
        instead: "kafka.instance_id",
    },
    Refusal {
        names: &["transaction.timeout.ms"],
        reason: "khabar sets it",
        instead: "transaction.timeout_ms",
    },
    Refusal {
        names: &[
            "enable.idempotence",
            "enable.gapless.guarantee",
            "acks",
            "request.required.acks",
            "max.in.flight",
            "max.in.flight.requests.per.connection",
        ],
        reason: "exactly-once needs idempotence with acks=all and few requests in flight",
        instead: "nothing; for less work per record see delivery",
    },
    Refusal {
        names: &[
            "retries",
            "message.send.max.retries",
            "message.timeout.ms",
            "delivery.timeout.ms",
            "request.timeout.ms",
        ],
        reason: "a delivery may only fail together with its transaction",
        instead: "transaction.timeout_ms",
    },
    Refusal {
        names: &["queuing.strategy", "msg_order_cmp"],
        reason: "outputs must leave in the order in which they were made",
        instead: "nothing",
    },
    Refusal {
        names: &["delivery.report.only.error", "queue.buffering.backpressure.*"],
        reason: "a transaction waits for the report of each of its deliveries",
        instead: "budget.records_max and budget.bytes_max bound what is in flight",
    },
    Refusal {
        names: &["message.max.bytes"],
        reason: "the producer's limit stands at its maximum, so that each topic's own limit decides",
        instead: "emit.record_bytes_max",
    },
    Refusal { names: &["compression.*"], reason: "khabar sets it", instead: "transaction.compression" },
    Refusal {
        names: &["allow.auto.create.topics"],
        reason: "a misspelt topic would come into being with wrong settings",
        instead: "`khabar topics --create`",
    },
    // Connections.
    Refusal {
        names: &["bootstrap.servers", "metadata.broker.list"],
        reason: "khabar sets it",
        instead: "kafka.bootstrap_servers",
    },
    Refusal { names: &["client.id"], reason: "khabar sets it", instead: "kafka.client_id" },
    Refusal { names: &["security.protocol"], reason: "khabar sets it", instead: "kafka.security_protocol" },
    Refusal {
        names: &["sasl.mechanism", "sasl.mechanisms"],
        reason: "khabar sets it",
        instead: "kafka.sasl_mechanism",
    },
    Refusal { names: &["sasl.username"], reason: "khabar sets it", instead: "kafka.sasl_username" },
    Refusal {
        names: &["sasl.password"],
        reason: "khabar sets it, and keeps it out of sight",
        instead: "kafka.sasl_password_file",
    },
    Refusal {
        names: &["sasl.kerberos.*"],
        reason: "Kerberos is not in this build",
        instead: "kafka.sasl_mechanism with SCRAM-SHA-512 or OAUTHBEARER",
    },
    Refusal { names: &["ssl.ca.location"], reason: "khabar sets it", instead: "kafka.ssl_ca_file" },
    Refusal {
        names: &["ssl.certificate.location"],
        reason: "khabar sets it",
        instead: "kafka.ssl_certificate_file",
    },
    Refusal { names: &["ssl.key.location"], reason: "khabar sets it", instead: "kafka.ssl_key_file" },
    Refusal {
        names: &["ssl.key.password"],
        reason: "khabar sets it, and keeps it out of sight",
        instead: "kafka.ssl_key_password_file",
    },
    Refusal {
        names: &[
            "api.version.request",
            "api.version.request.timeout.ms",
            "api.version.fallback.ms",
            "broker.version.fallback",
        ],
        reason: "with the protocol of old brokers there are no transactions",
        instead: "nothing; brokers must be of Kafka 2.5 or later",
    },
    // The process.
    Refusal {
        names: &["statistics.interval.ms"],
        reason: "khabar has numbers of its own",
        instead: "log.stats_seconds, and /metrics",
    },
    Refusal {
        names: &["log_level", "log.queue"],
        reason: "khabar carries the client's log",
        instead: "log.level",
    },
    Refusal {
        names: &[
            "*_cb",
            "opaque",
            "default_topic_conf",
            "enabled_events",
            "interceptors",
            "ssl_engine_callback_data",
        ],
        reason: "it is for programs, not for configuration",
        instead: "nothing",
    },
    Refusal { names: &["builtin.features"], reason: "it can only be read", instead: "nothing" },
    Refusal {
        names: &["plugin.library.paths"],
        reason: "it would load foreign code into the worker",
        instead: "nothing",
    },
    Refusal {
        names: &["test.mock.*"],
        reason: "records would go to a broker that forgets them",
        instead: "`khabar demo`",
    },
];

/// Parts of names whose values are never shown.
const SECRET_PARTS: &[&str] =
    &["password", "passphrase", "secret", "private", "key.pem", "ssl_key", "oauthbearer.config"];

/// Why this property is refused and what to use instead; `None` where it is passed on.
#[must_use]
pub fn refusal(name: &str) -> Option<String> {
    let name = name.trim().to_lowercase();
    let found =
        REFUSALS.iter().find(|refusal| refusal.names.iter().any(|pattern| matches(pattern, &name)))?;
    Some(format!("refused: {}; use instead: {}", found.reason, found.instead))
}

/// Whether the value of this property must never be shown.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET_PARTS.iter().any(|part| name.contains(part))
}

fn matches(pattern: &str, name: &str) -> bool {
    if let Some(beginning) = pattern.strip_suffix('*') {
        return name.starts_with(beginning);
    }
    match pattern.strip_prefix('*') {
        Some(end) => name.ends_with(end),
        None => name == pattern,
    }
}
