//! The closed list of events. Meaning and remedy are written for the person on call: what is the state of the worker,
//! and what is to be done by whom.

use super::{EventKind, Level};

macro_rules! catalogue {
    ($($constant:ident = $name:literal, $level:ident, [$($field:literal),* $(,)?], $meaning:literal, $remedy:literal;)*) => {
        $(
            #[doc = $meaning]
            pub static $constant: EventKind = EventKind {
                name: $name, level: Level::$level, fields: &[$($field),*], meaning: $meaning, remedy: $remedy,
            };
        )*

        /// All events, in the order of a worker's life.
        pub static CATALOGUE: &[&EventKind] = &[$(&$constant,)*];
    };
}

catalogue! {
    // Start.
    STARTING = "starting", Info, ["version", "group", "bootstrap_servers", "delivery", "raw_topics", "dedup", "threads"],
        "The worker starts.", "Nothing.";
    CONFIG_LOADED = "config_loaded", Info, ["files", "environment", "command_line"],
        "The configuration is complete and valid. The fields name the keys that files, environment and command line set.",
        "Nothing. `khabar config` shows every value with its origin.";
    CONFIG_REFUSED = "config_refused", Error, [],
        "A file that the configuration names (sources, labels) can't be used; the message names file, line and reason.",
        "Mend the file and start again.";
    HTTP_LISTENING = "http_listening", Info, ["address"],
        "/livez, /readyz and /metrics are served at this address.", "Nothing.";
    HTTP_FAILED = "http_failed", Error, ["listen", "cause"],
        "The HTTP server could not start or broke down; probes and metrics are not answered.",
        "Free the port or choose another one with http.listen (empty: no server), then restart the worker.";
    CATCHING_UP = "catching_up", Info, ["applied", "end", "claims_per_second", "seconds"],
        "The worker reads the claims log before it joins the group; it is not ready yet. `applied` of `end` is done.",
        "Wait. If `applied` stands still, look for broker_unreachable or permission_denied of the claims topic.";
    CAUGHT_UP = "caught_up", Info, ["claims", "window_claims", "seconds", "claims_level"],
        "The claims log is read to its end; the window of earlier articles stands in memory.", "Nothing.";
    CLAIMS_LOG_READ_ANEW = "claims_log_read_anew", Warn, ["offset", "by_ms"],
        "The append times of the claims log step back at `offset` by more than a day: a broker's clock was ahead before, or is behind since. The log is read twice more, so that nothing that counts is forgotten. Until the step has left the log, a start takes so long, or holds more in memory than the window.",
        "Nothing now. See that all brokers keep their clocks by NTP.";
    CLAIMS_WINDOW_HELD = "claims_window_held", Warn, ["offset", "ahead_hours", "window_claims"],
        "A broker's clock was ahead once: the oldest claim in memory has an append time of so many hours from now, and `offset` is the last entry so stamped. Until then no replica forgets what stands behind it, and memory grows. No verdict is wrong.",
        "If memory lasts until then, nothing. Else, once dedup.window_hours and a day have passed since the jump, stop all replicas, delete the log's entries before `offset` + 1 with kafka-delete-records.sh, and start them: all must forget it at once.";
    JOINING = "joining", Info, ["group", "raw_topics", "instance_id", "transactional_id"],
        "The worker joins its consumer group.",
        "Nothing. If no partitions_assigned follows within a minute, look at the group with Kafka's tools: another member may block the rebalance.";
    RUNNING = "running", Info, ["seconds_to_ready"],
        "The worker is ready and processes records. Without partitions it stands by: there are more replicas than partitions.",
        "Nothing.";

    // Partitions.
    PARTITIONS_ASSIGNED = "partitions_assigned", Info, ["partitions"],
        "The group gave these partitions to this worker.", "Nothing.";
    PARTITIONS_REVOKED = "partitions_revoked", Info, ["partitions"],
        "These partitions move to another worker. What was in flight was committed within shutdown.revoke_drain_seconds; `unfinished` records are left to the next owner, which reads them again.",
        "Nothing.";
    PARTITIONS_LOST = "partitions_lost", Warn, ["partitions"],
        "The group took these partitions away without asking: this worker was silent for longer than kafka.session_timeout_ms or the broker was away. Work in flight is dropped and redone by the next owner; nothing is lost or doubled.",
        "If it repeats: look for poll_late (a starved or paused process: raise the CPU limit) and broker_unreachable (network), or raise kafka.session_timeout_ms.";
    OFFSETS_REWOUND = "offsets_rewound", Info, ["positions"],
        "After a failed transaction or a new assignment, reading goes on from the committed offsets.", "Nothing.";
    OFFSETS_EXPIRED = "offsets_expired", Error, ["partitions"],
        "The group has no committed offset for these partitions, but the claims log shows that it has worked there: the offsets expired. The worker stops rather than guess where to go on.",
        "Choose: `khabar run --from earliest` reads again all that is kept (repeats of claimed records get the same outcome), `--from latest` skips to the end. Then raise the broker's offsets.retention.minutes above the longest standstill.";
    OFFSETS_BEYOND_END = "offsets_beyond_end", Error, ["topic", "partition", "committed", "end"],
        "A raw partition ends before the group's committed offset: its topic was recreated, or lost its end. The worker stops rather than guess which records are done.",
        "Look at what the topic holds. Then stop all workers, set the group's offset of this topic anew (`kafka-consumer-groups.sh --group GROUP --topic TOPIC --reset-offsets --to-earliest --execute`; `--to-latest` skips what is there) and start again. Records of a recreated topic are others than those that had their offsets before.";
    OFFSETS_SET_BACK = "offsets_set_back", Error, ["topic", "partition", "offset"],
        "The group's offset of a partition was set back while this worker was starting, or stood still outside the group. It has let go of the verdicts of the records from `offset` on, so it ends instead of claiming them again.",
        "Let it restart: it then reads the claims log for the new offset. Set offsets back only while all workers are stopped, those that are starting too.";
    OFFSETS_PASSED_BY_RETENTION = "offsets_passed_by_retention", Error, ["topic", "partition", "committed", "begins", "lost"],
        "Retention deleted raw records before they were read: offsets from `committed` up to `begins` are lost. The worker stops.",
        "If they cannot be fed again, go on with `khabar run --accept-loss` once. Then raise the raw topic's retention, or the number of replicas, so that lag stays below retention.";

    // Backpressure and progress.
    CONSUMER_PAUSED = "consumer_paused", Info, ["in_flight_records", "in_flight_bytes"],
        "The budget in flight is spent; reading pauses until some of it is committed. Nothing is dropped.",
        "Nothing while it resumes within seconds. If it stays so, look at stage_seconds in `stats` for the slow stage, or at transaction events.";
    CONSUMER_RESUMED = "consumer_resumed", Info, ["paused_ms"],
        "Reading goes on.", "Nothing.";
    PARTITION_STALLED = "partition_stalled", Warn, ["topic", "partition", "position", "end", "seconds", "starts"],
        "This partition is read no more, and no error was told: its log was seen to go on, from `position` to `end`, `seconds` ago. Its fetching is started anew; nothing is lost or doubled by it.",
        "Nothing if partition_recovered follows. After three starts in vain the worker ends (partition_given_up). If it repeats, look at the partition's leader (kafka_client_log, the broker's own logs).";
    PARTITION_RECOVERED = "partition_recovered", Info, ["topic", "partition"],
        "A partition that had stalled is read again.", "Nothing.";
    PARTITION_GIVEN_UP = "partition_given_up", Error, ["topic", "partition", "position", "end", "seconds"],
        "A partition stays stalled after three starts of its fetching. The worker stops with exit code 1; what was not committed is read again after the restart.",
        "Let the platform restart it: that heals it. If it stalls again, look at the partition's leader (kafka_client_log, the broker's own logs).";
    CLAIMS_LOG_STALLED = "claims_log_stalled", Warn, ["position", "end", "seconds", "starts"],
        "The claims log is read no more, and no error was told: it was seen to go on, from `position` to `end`, `seconds` ago; records wait for their verdicts. It is followed with a new consumer; nothing is lost or doubled by it.",
        "Nothing if records move again (`lag` in `stats`). If it repeats, look at the leader of the claims topic (kafka_client_log, the broker's own logs).";
    POLL_LATE = "poll_late", Warn, ["late_ms", "limit_ms"],
        "The thread that talks to Kafka was not run in time; when that lasts, the group takes the partitions away.",
        "The host is starved: check the container's CPU limit (throttling), memory pressure and suspended hosts.";
    NO_PROGRESS = "no_progress", Warn, ["seconds", "lag", "in_flight_records", "state"],
        "There is lag, and nothing was committed for this long.",
        "Look at the warnings before this one. `oldest` names the record that has waited longest. If the broker is well and no record moves, restart this worker; nothing is lost or doubled by it.";

    // Records.
    REJECTED = "rejected", Warn, ["code", "stage", "topic", "partition", "offset"],
        "A record was rejected; it is in the rejected topic, untouched, with the reason in its headers. `held_back` counts those not shown.",
        "Look at one: `code` says what is wrong with it. Mend its producer and feed the records again.";
    DEGRADED = "degraded", Warn, ["stages", "topic", "partition", "offset"],
        "A stage failed for a record that is not rejected for it (tag and emit reject nothing, and a record whose claim stands in the log already can't be rejected): it was emitted without that stage's work, marked `khabar.degraded`.",
        "Report the record.";
    STAGE_OVERDUE = "stage_overdue", Error, ["topic", "partition", "offset", "stage", "seconds"],
        "A stage has worked on this record for longer than workers.stage_seconds_max, and its thread can't be stopped: the worker ends with exit code 1. Where the same record ends two workers, the third one finds it and gives it up.",
        "Let the platform restart it, and report the record. If the host was starved of CPU, mend that, or raise workers.stage_seconds_max.";
    PARTITION_ISOLATED = "partition_isolated", Warn, ["topic", "partition", "from", "until"],
        "Two owners of this partition in a row ended without giving it back, and not far from here: a record may have ended them. Records from `from` to below `until` are tried in a child process before they are worked on; it is slower, and nothing is rejected but what ends the child twice.",
        "If poison_found follows, look at that. Else the owners were killed from outside: look for memory limits, evictions and node failures.";
    POISON_FOUND = "poison_found", Warn, ["topic", "partition", "offset", "stage", "ended"],
        "This record ends or stalls every process that tries it. It is rejected (decode_killed, parse_killed), or emitted without its tags where only they can't be had.",
        "Report the record. If `ended` tells of memory and the record is merely large, raise workers.probe_mib and feed it again.";
    PROBE_FAILED = "probe_failed", Warn, ["topic", "partition", "offset", "cause"],
        "A suspect record could not be tried in a child process; it is worked on without that. If it ends the worker, it will do so again.",
        "`cause` says why. The container must allow khabar to start its own program (processes limit, seccomp), and have memory for it.";
    BREAKER_OPENED = "breaker_opened", Error, ["cause", "count", "records"],
        "Of the last `records` records, `count` were rejected, cut or left without a stage's work for one `cause`. The worker stops before it does the same to the rest; what was committed stays.",
        "For a cause that ends in _panicked or _killed, or names a stage: go back to the release before and report it. For output_cut: raise max.message.bytes of the output topics. Then feed the rejected records again. To go on in spite of it, set the [breaker] percentage to 0.";
    OUTPUT_TOO_LARGE = "output_too_large", Warn, ["topic", "outcome", "bytes", "bytes_max"],
        "An output is larger than its topic admits. `action` says what was done: an item is shrunk by fixed rules, a rejection is compressed or replaced by a stub with size and hash.",
        "Raise max.message.bytes of the output topics to that of the raw topic and more; `khabar topics` shows both.";
    PANICKED = "panicked", Warn, ["thread", "place"],
        "A bug of khabar: the code stopped at this place, where no record can be given up for it; worker_thread_died follows. A panic in a stage is not told here but by the record that it costs: `rejected` with a code that ends in _panicked, or `degraded`.",
        "Report `place` and khabar's version.";

    // Transactions.
    TRANSACTION_REPLACED = "transaction_replaced", Warn, ["cause", "records", "transactional_id", "milliseconds"],
        "A transaction failed or its end was unclear. The producer was replaced, which aborts it, and its records are read and processed again; nothing is lost or doubled.",
        "Nothing for a single one (brokers restart). If it repeats, `cause` names the reason; for timeouts raise transaction.timeout_ms or lower transaction.records_max.";
    FENCED = "fenced", Error, ["cause"],
        "Another process took over this worker's transactional id or instance id. This one stops at once; nothing is doubled.",
        "If two replicas have the same kafka.instance_id, give each its own (a StatefulSet's pod name) or leave it empty. After a long standstill of this process it is expected: let it restart.";
    FATAL_KAFKA_ERROR = "fatal_kafka_error", Error, ["cause", "operation"],
        "The Kafka client says that it cannot go on. The worker stops with exit code 1; what was not committed is read again after the restart.",
        "Let the platform restart it. If it comes back at once, `cause` names what the broker refuses.";

    // Kafka's side.
    REVOKE_TIMED_OUT = "revoke_timed_out", Warn, ["partitions"],
        "Partitions moved to another worker before their last commit ended; nothing is lost, the new owner does those records again.",
        "If it repeats: look at transaction times and at the broker's health, or raise shutdown.revoke_drain_seconds.";
    HEADER_UNREADABLE = "header_unreadable", Warn, ["partition", "offset"],
        "A raw record has a header whose name is not UTF-8; the record was read without that header.",
        "Find the producer of the record and correct the header's name.";
    KAFKA_CLIENT_LOG = "kafka_client_log", Warn, ["severity", "facility", "target"],
        "A warning of the Kafka client library, in its own words. The library retries by itself.",
        "Nothing, unless an event of khabar with level error follows.";
    LIBRARY_LOG = "library_log", Warn, ["severity", "target"],
        "A warning of another library that khabar uses, in its own words.", "Nothing, unless an event of khabar with level error follows.";
    BROKER_UNREACHABLE = "broker_unreachable", Warn, ["bootstrap_servers", "cause", "attempt", "retry_in_ms"],
        "No broker answers. The worker goes on trying; it needs no restart.",
        "Check that the brokers run, that kafka.bootstrap_servers is right, and that the network and security_protocol (plain text against a TLS port looks like this) fit.";
    AUTHENTICATION_FAILED = "authentication_failed", Error, ["cause"],
        "The broker refuses the user name, the password or the certificate.",
        "Check kafka.sasl_username, the password file and kafka.sasl_mechanism, or the client certificate; a rotated secret needs a restart of the worker.";
    PERMISSION_DENIED = "permission_denied", Error, ["operation", "cause"],
        "The broker refuses an operation that the worker needs.",
        "Grant it: read on the raw topics, the claims topic and the group; write on the output topics, the claims topic and the transactional id; describe on all of them. `khabar check --online` lists what is missing.";
    TOPIC_MISSING = "topic_missing", Warn, ["topic", "setting"],
        "A topic that the configuration names does not exist.",
        "Correct the name, or create it with `khabar topics --create`.";
    TOPIC_UNSUITABLE = "topic_unsuitable", Error, ["topic", "property", "found", "needed"],
        "A topic is not as the worker needs it: with this, a guarantee would not hold.",
        "`khabar topics` shows the difference and Kafka's command that mends it.";
    TOPIC_DIFFERS = "topic_differs", Warn, ["topic", "property", "found", "needed"],
        "A topic's configuration is not what khabar asks for: the worker runs, with less safety or with shortened records.",
        "Alter the topic as the message says; `khabar check --online` lists all differences.";

    // Claims log.
    CLAIMS_LEVEL_WRITTEN = "claims_level_written", Info, ["claims_level", "cause"],
        "This worker recorded the deduplication level in the claims log: its first one, or again before retention takes it, or to declare where the log begins after a cut that was accepted or a standstill longer than the window.",
        "Nothing.";
    CLAIMS_LEVEL_CHANGED = "claims_level_changed", Info, ["claims_level", "offset"],
        "The claims log says that from this offset on another deduplication level holds.", "Nothing.";
    CLAIMS_LEVEL_DIFFERS = "claims_level_differs", Error, ["differences"],
        "This worker's deduplication settings or version differ from what the claims log records; replicas would judge differently, so it does not work.",
        "Give all replicas the same [dedup] settings, the same deduplication policies in sources.file and the same version. To change them for all: roll out, then run `khabar claims level --raise` once.";
    CLAIMS_LOG_LOST = "claims_log_lost", Error, ["topic"],
        "The claims log is empty, or lacks this group's level, which precedes its first claim and is repeated: it is another topic than before, was emptied, or all workers stood still for longer than its retention. Earlier articles would be forgotten. The worker stops.",
        "Check kafka.claims_topic and whether the topic was recreated. To go on with an empty memory, start once with `--set dedup.accept_empty_log=true`.";
    CLAIMS_LOG_CUT = "claims_log_cut", Error, ["topic", "begins_ms", "needed_ms"],
        "The claims log no longer reaches back as far as the window needs for records that are not finished yet, or that come now: it was truncated, or its retention is too short. The worker stops.",
        "Raise the claims topic's retention.ms (`khabar topics` names the value) and find out who cut it. To go on with what is left, start once with `--set dedup.accept_empty_log=true`.";
    CLAIMS_VOIDED = "claims_voided", Warn, ["topic", "partition", "from", "to"],
        "Raw records of this range (`to` is the offset after the last) were lost to retention, and going on was accepted: their claims are void, so that copies of their articles come out as new.",
        "Nothing, if the loss was meant; lengthen the raw topic's retention.";
    CLAIMS_FOREIGN_SCOPE = "claims_foreign_scope", Warn, ["count", "cluster_id"],
        "The claims log holds claims of another group or cluster, or gets them while it is followed; they are ignored. `count` is of those since the last such event: at the start of all, later of those that came meanwhile.",
        "Give each group a claims topic of its own: foreign claims cost reading at every start. While the event repeats, somebody still writes there: `khabar claims level` shows who.";
    CLAIMS_UNREADABLE = "claims_unreadable", Error, ["offset", "cause", "count", "version"],
        "Entries of the claims log are damaged: every replica skips them alike, and no verdict differs. `count` is of those since the last such event, `offset` and `cause` of the first of them. Or (`version` is there) an entry of this group was written by a newer khabar: the worker ends, for it could not judge as its siblings do.",
        "If `version` is newer, update this replica. Else find out who writes to the claims topic besides khabar.";
    CLAIMS_CLOCK_STEPPED_BACK = "claims_clock_stepped_back", Error, ["by_ms", "rebuild"],
        "The broker's clock, which stamps the claims log, went back by more than a day. The worker ends; the next start builds the window again from the log.",
        "Check time synchronisation on the brokers.";
    CLAIMS_APPEND_FAILED = "claims_append_failed", Error, ["cause"],
        "A claim can't be written, for a reason that no retry heals; the worker ends. Nothing is lost: its records are done again.",
        "Check the claims topic: does it exist, may this principal write to it?";

    // Stop.
    DRAINING = "draining", Info, ["cause", "in_flight_records", "drain_seconds"],
        "The worker stops: it reads no more, and commits what is in flight.", "Nothing.";
    SECOND_SIGNAL = "second_signal", Warn, ["signal", "in_flight_records"],
        "A second signal came while draining: the worker stops at once. What was not committed is read again; nothing is lost.",
        "Nothing.";
    DRAIN_TIMED_OUT = "drain_timed_out", Warn, ["in_flight_records", "drain_seconds"],
        "Not all in flight could be committed within shutdown.drain_seconds; the rest is left to the next owner, nothing is lost.",
        "If it repeats, raise shutdown.drain_seconds and the platform's grace period above it.";
    WORKER_THREAD_DIED = "worker_thread_died", Error, ["thread"],
        "A thread that the worker cannot do without ended by a bug. The worker stops with exit code 1; what was not committed is read again after the restart.",
        "Let the platform restart it, and report the lines before this one.";
    STATS = "stats", Info, [
        "seconds", "state", "records_read", "records_per_second", "enriched", "duplicate", "rejected", "outcomes_per_second",
        "bytes_in_per_second", "bytes_out_per_second", "latency_ms_p50", "latency_ms_p99", "stages", "rejections", "verdicts",
        "lag", "lag_total", "in_flight_records", "in_flight_bytes", "budget_permille", "paused", "partitions",
        "transactions_committed", "transactions_aborted", "transactions_replaced", "window_claims", "claims_applied",
        "claims_foreign", "claims_damaged", "claims_log_lag", "resident_memory_bytes",
    ],
        "The state of the worker, every log.stats_seconds. Counts are since the start; rates and latencies since the last such line.",
        "Nothing. Alert on lag_total that rises for long, and on the absence of this event.";
    STOPPED = "stopped", Info, ["enriched", "duplicate", "rejected", "exit_code", "cause", "seconds"],
        "The worker has ended: always its last line. The counts are the committed outcomes of this process.",
        "With exit code 1 the lines before it say why; 2 means that the configuration or a topic must be mended first.";
}
