//! Where names and phrases of the lexicons stand in a text.
//!
//! Owns the look-up of words, whole and without what Arabic writes in front of them, and the walk from word to word. It
//! finds candidates; whether one is a mention is decided elsewhere. One pass: the steps from each word are bounded by
//! the longest name.

use std::ops::Range;

use super::clitics::{
    ARTICLE, ARTICLE_LETTERS, FUTURE, LeftOffArticle, REST_BYTES_MIN, Stem, has_article_behind_clitics, stems,
};
use super::lexicon::Lexicon;
use super::lexicon::vocabulary::{NONE, Word, hash, phrase, word};
use super::text::{Text, Token, shape};

/// Candidates of one article; behind the last of them no name is looked for.
pub(crate) const CANDIDATES_MAX: usize = 20_000;

/// Phrases of one article, as [`CANDIDATES_MAX`].
pub(crate) const PHRASES_MAX: usize = 20_000;

/// Traits that end the search for a word within a word: what is known as a whole is whole.
const WHOLE: u16 = word::COMMON
    | word::NOT_A_NAME
    | word::SPEECH_VERB
    | word::NATIONALITY
    | word::GIVEN_NAME
    | word::HEAD
    | word::CONNECTOR;

/// Traits that a word has from what is left without its clitics.
const INHERITED: u16 = word::COMMON
    | word::NOT_A_NAME
    | word::SPEECH_VERB
    | word::NATIONALITY
    | word::HEAD
    | word::TITLE_MODIFIER
    | word::EVENT_HEAD
    | word::FACILITY_HEAD
    | word::SITED_HEAD
    | word::PEOPLE;

/// A given name that folds as a common word does.
const HOMOGRAPH: u16 = word::COMMON | word::GIVEN_NAME | word::MAKSURA;

/// What the lexicons say of one word of the text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Nature {
    /// Bits of [`word`], of the whole word or of what its clitics leave.
    pub traits: u16,
    /// Bits of [`role`](super::lexicon::roles::role), of the whole word.
    pub roles: u32,
    /// Class of a given name.
    pub given: u8,
    /// Letters before the given name.
    pub given_behind: u8,
    /// The country whose adjective it is; 0 for none.
    pub country: u16,
    /// Whether the whole word is in a lexicon.
    pub is_known: bool,
    /// Whether it is without clitics or article.
    pub has_known_rest: bool,
    /// It has the Arabic article, perhaps behind clitics.
    pub has_article: bool,
    /// Letters of clitics before what gave it its traits, the article not counted.
    pub clitics: u8,
}

impl Nature {
    pub const fn is(&self, traits: u16) -> bool {
        self.traits & traits != 0
    }

    pub const fn has_role(&self, roles: u32) -> bool {
        self.roles & roles != 0
    }
}

/// A name of the lexicons in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub first: u32,
    pub count: u8,
    /// Letters of clitics before it in its first word.
    pub letters: u8,
    /// The first of the names with these words.
    pub name: u32,
}

/// A phrase in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Phrase {
    pub first: u32,
    pub count: u8,
    /// Letters of clitics before it in its first word.
    pub letters: u8,
    /// Bits of [`phrase`].
    pub kinds: u16,
}

/// An adjective of nationality of several words in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nationality {
    pub first: u32,
    pub count: u8,
    pub country: u16,
}

impl Nationality {
    /// Its words.
    pub fn words(self) -> Range<usize> {
        self.first as usize..self.first as usize + usize::from(self.count)
    }
}

/// What the lexicons know of a text.
#[derive(Debug, Default)]
pub(crate) struct Matches {
    /// One for each word of the text.
    pub natures: Vec<Nature>,
    /// The hash of each folded word.
    pub hashes: Vec<u64>,
    /// What each word is without clitics and the article.
    pub forms: Forms,
    pub candidates: Vec<Candidate>,
    pub phrases: Vec<Phrase>,
    pub nationalities: Vec<Nationality>,
    /// A cap was met.
    pub is_cut: bool,
}

/// What is left of a word without clitics, the article, or both.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    /// Of its letters.
    pub hash: u64,
    word: Word,
    /// Letters that were left off.
    letters: u8,
    /// Of its letters.
    pub bytes: u8,
    /// The article was left off, too.
    pub without_article: bool,
    /// س of the future was, which stands before verbs alone.
    is_verb: bool,
}

/// The forms of all words of a text, known or not. Common words have none, and no word of a text whose language writes
/// nothing in front of words.
#[derive(Debug, Default)]
pub(crate) struct Forms {
    all: Vec<Form>,
    /// Where those of each word end.
    ends: Vec<u32>,
}

impl Forms {
    /// Those of a word, with fewer letters left off first.
    pub fn of(&self, word: usize) -> &[Form] {
        let Some(end) = self.ends.get(word) else { return &[] };
        let start = word.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start as usize..*end as usize]
    }
}

struct Matcher<'a> {
    text: &'a Text<'a>,
    lexicon: &'a Lexicon,
    words: Vec<Word>,
    found: Matches,
    buffer: String,
    with_clitics: bool,
    /// The text writes them somewhere.
    has_capitals: bool,
}

/// Looks up all words of a text; `with_clitics` is for Arabic.
///
/// Whole words are looked up first, then their forms, and what both say is put together last: memory answers many
/// questions in the time of one where none waits for another's answer.
pub(crate) fn matches(text: &Text, lexicon: &Lexicon, with_clitics: bool) -> Matches {
    let count = text.tokens().len();
    let mut matcher = Matcher {
        text,
        lexicon,
        words: Vec::with_capacity(count),
        found: Matches::default(),
        buffer: String::new(),
        with_clitics,
        has_capitals: text.tokens().iter().any(|token| token.is(shape::CAPITAL)),
    };
    matcher.found.hashes = text.tokens().iter().map(|token| hash(text.folded(token))).collect();
    matcher.words.extend(matcher.found.hashes.iter().map(|hash| lexicon.vocabulary.find(*hash)));
    matcher.found.natures.reserve(count);
    if with_clitics {
        matcher.found.forms.ends.reserve(count);
        matcher.found.forms.all.reserve(count);
    }
    for (at, token) in text.tokens().iter().enumerate() {
        let nature = matcher.nature(at, token);
        if with_clitics {
            if token.is(shape::ARABIC) && !nature.is(word::COMMON) {
                matcher.add_forms(text.folded(token));
            }
            // A word has a few forms, and words of a text are counted in 32 bits.
            matcher.found.forms.ends.push(u32::try_from(matcher.found.forms.all.len()).unwrap_or(u32::MAX));
        }
        matcher.found.natures.push(nature);
    }
    let forms = std::mem::take(&mut matcher.found.forms);
    for (token, first) in text.tokens().iter().zip(0..) {
        matcher.take(token, first, &forms);
    }
    matcher.found.forms = forms;
    matcher.found
}

impl Matcher<'_> {
    /// What the lexicons say of the whole word.
    fn nature(&self, at: usize, token: &Token) -> Nature {
        let facts = self.lexicon.vocabulary.facts(self.words[at].number);
        let mut nature = facts.map_or_else(Nature::default, |facts| Nature {
            traits: facts.traits,
            given: facts.given,
            country: facts.country,
            is_known: true,
            ..Nature::default()
        });
        if self.has_capitals && token.is(shape::LATIN) && !token.is(shape::CAPITAL) {
            // Poles of wood are no Poles, and what one polishes is not Polish.
            nature.traits &= !word::NATIONALITY;
            nature.country = 0;
        }
        if nature.traits & HOMOGRAPH == HOMOGRAPH {
            // The spelling tells the name from the word where the folded form does not.
            let source = self.text.surface(token.byte_start, token.byte_end);
            nature.traits &= if source.ends_with('ي') { !word::COMMON } else { !word::GIVEN_NAME };
        }
        nature.roles = self.lexicon.roles.of(self.text.folded(token), self.found.hashes[at]);
        nature
    }

    /// Looks for names from a word on, and adds to its nature what its forms say.
    fn take(&mut self, token: &Token, first: u32, forms: &Forms) {
        let at = first as usize;
        let whole = Form {
            hash: self.found.hashes[at],
            word: self.words[at],
            letters: 0,
            bytes: 0,
            without_article: false,
            is_verb: false,
        };
        let has_name = self.walk(first, whole);
        let mut nature = self.found.natures[at];
        if self.with_clitics && token.is(shape::ARABIC) && !nature.is(word::COMMON) {
            let folded = self.text.folded(token);
            nature.has_article = folded.starts_with(ARTICLE);
            self.inherit(&mut nature, forms.of(at), first, has_name, folded);
            self.found.natures[at] = nature;
        }
    }

    /// What the parts of a word add to what is known of the whole.
    fn inherit(&mut self, nature: &mut Nature, forms: &[Form], first: u32, has_name: bool, folded: &str) {
        let is_whole = nature.traits & (WHOLE | word::FAMILY_NAME) != 0;
        let mut looks_for_name = !has_name && nature.traits & WHOLE == 0;
        for form in forms {
            let Some(facts) = self.lexicon.vocabulary.facts(form.word.number) else { continue };
            let (traits, given, country) = (facts.traits, facts.given, facts.country);
            nature.has_known_rest = true;
            if !is_whole {
                if nature.traits & INHERITED == 0 && traits & INHERITED != 0 {
                    let article = if form.without_article { ARTICLE_LETTERS } else { 0 };
                    nature.clitics = form.letters - article;
                }
                nature.traits |= traits & INHERITED;
                if given > 0 && nature.given == 0 && !form.without_article && !form.is_verb {
                    nature.given = given;
                    nature.given_behind = form.letters;
                    nature.traits |= word::GIVEN_NAME;
                }
            } else if form.without_article && nature.traits & (word::GIVEN_NAME | word::FAMILY_NAME) != 0 {
                nature.traits |= traits & word::NATIONALITY;
            }
            if nature.country == 0 && nature.is(word::NATIONALITY) {
                nature.country = country;
            }
            if form.without_article {
                nature.has_article = true;
            }
            if looks_for_name || form.without_article {
                looks_for_name &= !self.walk(first, *form);
            }
        }
        nature.has_article |= has_article_behind_clitics(folded);
    }

    /// Follows names and phrases from a form of a word; whether a name ended.
    fn walk(&mut self, first: u32, form: Form) -> bool {
        let vocabulary = &self.lexicon.vocabulary;
        let mut node_number = form.word.node;
        let mut longest: Option<Phrase> = None;
        let (mut has_name, mut count) = (false, 1_u8);
        while node_number != NONE {
            let node = vocabulary.node(node_number);
            if node.ending.first_name != NONE && !form.without_article && !form.is_verb {
                has_name = true;
                self.push(Candidate { first, count, letters: form.letters, name: node.ending.first_name });
            }
            let phrases = node.ending.phrases;
            let kinds = if form.without_article { phrases & phrase::PERSON_TITLE } else { phrases };
            if kinds != 0 {
                longest = Some(Phrase { first, count, letters: form.letters, kinds });
            }
            if count > 1 && self.lexicon.has_nationalities_of_words() {
                let country = self.lexicon.nationality_of(node_number);
                self.found.nationalities.extend(country.map(|country| Nationality { first, count, country }));
            }
            let next = first as usize + usize::from(count);
            let goes_on = node.goes_on && self.text.tokens().get(next).is_some_and(Token::continues);
            if !goes_on {
                break;
            }
            node_number = vocabulary.next_node(node_number, self.words[next].number);
            count += 1;
        }
        if let Some(longest) = longest {
            if self.found.phrases.len() < PHRASES_MAX {
                self.found.phrases.push(longest);
            } else {
                self.found.is_cut = true;
            }
        }
        has_name
    }

    fn push(&mut self, candidate: Candidate) {
        if self.found.candidates.len() < CANDIDATES_MAX {
            self.found.candidates.push(candidate);
        } else {
            self.found.is_cut = true;
        }
    }

    /// Adds what a word can be without its clitics, those with fewer letters left off first.
    fn add_forms(&mut self, folded: &str) {
        for Stem { rest, clitics, article } in stems(folded, REST_BYTES_MIN) {
            if article == LeftOffArticle::Joined {
                let mut definite = std::mem::take(&mut self.buffer);
                definite.clear();
                definite.push_str(ARTICLE);
                definite.push_str(rest);
                self.add_form(folded, &definite, clitics + 1, false);
                self.buffer = definite;
            }
            let is_bare = article != LeftOffArticle::None;
            let letters = clitics + if is_bare { ARTICLE_LETTERS } else { 0 };
            self.add_form(folded, rest, letters, is_bare);
        }
    }

    fn add_form(&mut self, folded: &str, form: &str, letters: u8, without_article: bool) {
        let hash = hash(form);
        self.found.forms.all.push(Form {
            hash,
            word: self.lexicon.vocabulary.find(hash),
            letters,
            // A word has as many bytes as a byte holds.
            bytes: u8::try_from(form.len()).unwrap_or(u8::MAX),
            without_article,
            is_verb: has_future(folded, letters),
        });
    }
}

/// Whether س is among the clitics in these letters: there are two at most, the article behind them not counted.
fn has_future(folded: &str, letters: u8) -> bool {
    folded.chars().take(usize::from(letters).min(2)).any(|letter| letter == FUTURE)
}
