use clap::CommandFactory as _;
use clap::error::ErrorKind;

use super::*;

fn parsed(arguments: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(arguments.split_whitespace())
}

#[test]
fn the_definitions_hold_together() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_has_help_that_teaches() {
    let mut command = Cli::command();
    for subcommand in command.get_subcommands_mut().filter(|one| !one.is_hide_set()) {
        let name = subcommand.get_name().to_owned();
        assert!(subcommand.get_about().is_some(), "{name}");
        let shown = subcommand.render_long_help().to_string();
        assert!(name == "claims" || name == "help" || shown.contains("Examples:"), "{name}: {shown}");
    }
}

#[test]
fn the_commands_of_the_contract_are_understood() {
    for arguments in [
        "khabar run",
        "khabar -c a.toml run -c b.toml --set kafka.group=x --from latest --accept-loss",
        "khabar demo --keep",
        "khabar process",
        "khabar process - a.html --format html --fetched-at 2024-12-02T10:00:00+03:00 --threads 2",
        "khabar process a --set dedup.enabled=false",
        "khabar explain",
        "khabar explain - --format html --url https://news.example/1 --json -c a.toml",
        "khabar check --online",
        "khabar topics",
        "khabar topics --create --dev",
        "khabar topics --create --partitions 12 --replication 2",
        "khabar claims level",
        "khabar claims level --raise",
        "khabar claims record articles.raw/0@1234 -c a.toml",
        "khabar lexicon keywords a.jsonl - --source sahel --source atlas --least 2 --output sahel.tsv -c a.toml",
        "khabar lexicon lint",
        "khabar lexicon lint lexicon/ --strict --most 10",
        "khabar lexicon import wikidata - --languages ar,en,fr --kinds person,place --type Q1=event --sitelinks-min 9",
        "khabar lexicon import geonames a.txt --alternate-names b.txt --classes PAT --population-min 0 --all-languages",
        "khabar config --format json --changed",
        "khabar events --format markdown",
        "khabar schema duplicate",
    ] {
        assert!(parsed(arguments).is_ok(), "{arguments}: {:?}", parsed(arguments).err());
    }
}

#[test]
fn wrong_usage_is_refused() {
    for arguments in [
        "khabar frobnicate",
        "khabar run --from somewhere",
        "khabar process --fetched-at yesterday",
        "khabar process --threads -1",
        "khabar explain a.txt b.txt",
        "khabar topics --create --partitions 0",
        "khabar topics --create --dev --replication 3",
        "khabar topics --partitions 3",
        "khabar claims",
        "khabar claims record articles.raw:0:1234",
        "khabar claims record /0@12",
        "khabar lexicon",
        "khabar lexicon import",
    ] {
        let error = parsed(arguments).err();
        assert_eq!(error.map(|error| error.exit_code()), Some(i32::from(EXIT_USAGE)), "{arguments}");
    }
    assert_eq!(parsed("khabar --version").unwrap_err().kind(), ErrorKind::DisplayVersion);
}

#[test]
fn layers_before_and_after_the_command_add_up() {
    let cli = parsed(
        "khabar --set kafka.group=a --set kafka.rack=r run --set kafka.group=b --from latest --accept-loss",
    )
    .unwrap();
    let Command::Run(arguments) = &cli.command else { panic!("run") };
    let settings = arguments.layers(&cli.layers).load().unwrap().settings;
    assert_eq!((settings.kafka.group.as_str(), settings.kafka.rack.as_str()), ("b", "r"));
    assert_eq!(settings.start.from, crate::config::settings::StartFrom::Latest);
    assert!(settings.start.accept_loss);
}

#[test]
fn exit_codes_tell_usage_from_failure() {
    let config = ConfigError { problems: Vec::new() };
    for (error, code) in [
        (CliError::Usage(String::new()), 2),
        (CliError::Config(config), 2),
        (CliError::Failed(String::new()), 1),
        (CliError::Told(1), 1),
    ] {
        assert_eq!(error.exit_code(), code);
    }
}
