//! Articles by number: the same number always gives the same text, and different numbers different ones.

use std::ops::Range;

use super::client::Client;
use super::outcomes::Place;
pub use super::random::Random;
use super::records::NewRecord;
use super::worker::Topics;

const ARABIC: [&str; 24] = [
    "الوزير",
    "المدينة",
    "الميناء",
    "السوق",
    "المدرسة",
    "الطريق",
    "القطار",
    "المجلس",
    "المشروع",
    "الصيادين",
    "الأسعار",
    "الموسم",
    "الشركة",
    "الجسر",
    "المياه",
    "الكهرباء",
    "القرية",
    "المعرض",
    "الطلاب",
    "الحديقة",
    "الملعب",
    "المكتبة",
    "السكان",
    "التجار",
];
const ENGLISH: [&str; 24] = [
    "minister", "harbour", "market", "school", "road", "train", "council", "project", "fishers", "prices",
    "season", "company", "bridge", "water", "village", "fair", "students", "garden", "stadium", "library",
    "people", "traders", "ferry", "island",
];
const WORDS_PER_PARAGRAPH: usize = 24;

/// Produces these articles to a partition of the raw topic. Gives where they stand.
pub fn produce(client: &Client, topics: &Topics, partition: i32, numbers: Range<usize>) -> Vec<Place> {
    let record = |number| NewRecord::new(&topics.raw, dump(number)).partition(partition);
    let records: Vec<NewRecord> = numbers.map(record).collect();
    client.produce(&records).into_iter().map(Place::from).collect()
}

/// Article number so-and-so; even ones are Arabic, odd ones English.
pub fn dump(number: usize) -> String {
    let mut random = Random::new(u64::try_from(number).expect("a number fits"));
    if number.is_multiple_of(2) {
        format!(
            "خبر رقم {number} عن {}\nتاريخ النشر: 14th, March 2024 GMT\n{}\n{}\nالمصدر: جريدة الموج\n",
            ARABIC[random.below(ARABIC.len())],
            paragraph(&ARABIC, number, &mut random),
            paragraph(&ARABIC, number, &mut random),
        )
    } else {
        format!(
            "Story number {number} about the {}\nPublished: March 14, 2024\n\n{}\n\n{}\n\nSource: The Mill Gazette\n",
            ENGLISH[random.below(ENGLISH.len())],
            paragraph(&ENGLISH, number, &mut random),
            paragraph(&ENGLISH, number, &mut random),
        )
    }
}

/// The article with so many new paragraphs; with none it is [`dump`].
pub fn revised(number: usize, paragraphs: usize) -> String {
    let words: &[&str; 24] = if number.is_multiple_of(2) { &ARABIC } else { &ENGLISH };
    (1..=paragraphs).fold(dump(number), |text, version| {
        // No article's own number is that large: a paragraph with the seed of another article would repeat its text.
        let seed =
            u64::try_from(number).expect("a number fits") + (u64::try_from(version).expect("few") << 32);
        with_paragraph(&text, &paragraph(words, number * 1_000 + version, &mut Random::new(seed)))
    })
}

/// A dump with one more paragraph before its last line, which names the source.
pub fn with_paragraph(dump: &str, paragraph: &str) -> String {
    let (body, source) = dump.trim_end().rsplit_once('\n').expect("a dump has lines");
    format!("{}\n{paragraph}\n\n{source}\n", body.trim_end())
}

/// The same text in an envelope, without a URL.
pub fn envelope(number: usize) -> String {
    serde_json::json!({"content": dump(number), "content_type": "text/plain"}).to_string()
}

/// The same text in an envelope with a URL of its own.
pub fn envelope_with_url(number: usize) -> String {
    let url = format!("https://gazette.example.com/story/{number}");
    let fetched_at = "2024-05-09T08:00:00Z";
    serde_json::json!({"url": url, "fetched_at": fetched_at, "content": dump(number), "content_type": "text/plain"})
        .to_string()
}

fn paragraph(words: &[&str], number: usize, random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..WORDS_PER_PARAGRAPH {
        text.push_str(words[random.below(words.len())]);
        text.push(' ');
    }
    format!("{text}{number}.")
}

/// A raw record that can't become an article.
pub fn broken(topic: &str, number: usize) -> NewRecord {
    match number % 3 {
        0 => NewRecord::tombstone(topic),
        1 => NewRecord::new(topic, format!("{{\"content\": \"cut in the middle of {number}")),
        _ => NewRecord::new(topic, vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2]),
    }
}
