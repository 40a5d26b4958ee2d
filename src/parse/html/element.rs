//! What an element is to the outline of a page: a block of some kind, inline, or never text.

use std::rc::Rc;

use dom_query::Element;

use super::traits::{Reader, Traits};
use super::unread::is_stamp;

/// What an element is, as far as the body is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Body,
    Article,
    Main,
    /// A part of the page that is rarely the article: footer, aside.
    Aside,
    Heading(u8),
    Paragraph,
    Item,
    List,
    Table,
    Quote,
    Cell,
    Figure,
    Pre,
    Inline,
    Other,
}

/// What the walk does with a node.
pub(super) enum Step {
    /// Nothing more: no element, or one that is never text.
    Pass,
    Break,
    Inline {
        href: Option<Rc<str>>,
        /// A date in an attribute, and whether it is marked as that of a change.
        stamp: Option<(String, bool)>,
        traits: Traits,
    },
    Block(Kind, Traits),
}

/// What the walk does with an element.
pub(super) fn step_of(element: &Element, reader: &mut Reader) -> Step {
    let name: &str = &element.name.local;
    match name {
        "br" => return Step::Break,
        "head" | "script" | "style" | "noscript" | "template" | "svg" | "math" | "button" | "select"
        | "option" | "textarea" | "input" | "iframe" | "object" | "embed" | "video" | "audio" | "canvas"
        | "nav" | "dialog" | "map" | "datalist" | "progress" | "meter" | "frameset" => {
            return Step::Pass;
        }
        _ => {}
    }
    let kind = kind_of(name);
    let mut href = None;
    let mut stamp = None;
    // Written for scripts; a date for readers counts before it.
    let mut hidden_stamp = None;
    let mut is_hidden = false;
    let mut is_of_change = false;
    let mut class = "";
    let mut names: [&str; 4] = [""; 4];
    for attribute in &element.attrs {
        match &*attribute.name.local {
            "class" => class = &attribute.value,
            "id" => names[0] = &attribute.value,
            "role" => names[1] = &attribute.value,
            "itemprop" => {
                names[2] = &attribute.value;
                is_of_change |= attribute.value.eq_ignore_ascii_case("dateModified");
            }
            "aria-label" => names[3] = &attribute.value,
            "hidden" => is_hidden = true,
            "style" => is_hidden |= is_hiding(&attribute.value),
            "datetime" if name == "time" => stamp = Some(attribute.value.trim().to_owned()),
            "title" if name == "abbr" => stamp = Some(attribute.value.trim().to_owned()),
            attribute_name if is_stamp(attribute_name) => {
                hidden_stamp = Some(attribute.value.trim().to_owned());
            }
            "href" if name == "a" => href = Some(attribute.value.trim()).filter(|href| !href.is_empty()),
            _ => {}
        }
    }
    let mut traits = reader.of(class, &names);
    // A form asks for something, unless it is the frame of the whole page.
    if name == "form" {
        traits = traits.with(Traits::PROMOTION);
    }
    if name == "figcaption" {
        traits = traits.with(Traits::CAPTION);
    }
    // Pieces that a server streams are hidden until a script moves them to their place (React's Suspense).
    if is_hidden && !names[0].starts_with("S:") {
        traits = traits.with(Traits::HIDDEN);
    }
    if kind == Kind::Inline {
        let traits = if name == "time" { traits.with(Traits::DATED) } else { traits };
        let stamp =
            stamp.or(hidden_stamp).filter(|_| traits.has(Traits::DATED)).map(|stamp| (stamp, is_of_change));
        return Step::Inline { href: href.map(Rc::from), stamp, traits };
    }
    Step::Block(kind, traits)
}

fn kind_of(name: &str) -> Kind {
    match name {
        "body" => Kind::Body,
        "article" => Kind::Article,
        "main" => Kind::Main,
        "aside" | "footer" => Kind::Aside,
        "h1" => Kind::Heading(1),
        "h2" => Kind::Heading(2),
        "h3" => Kind::Heading(3),
        "h4" => Kind::Heading(4),
        "h5" | "h6" => Kind::Heading(5),
        "p" => Kind::Paragraph,
        "li" | "dd" | "dt" => Kind::Item,
        "ul" | "ol" | "dl" | "menu" => Kind::List,
        "blockquote" => Kind::Quote,
        "table" => Kind::Table,
        "td" | "th" => Kind::Cell,
        "figure" => Kind::Figure,
        "pre" => Kind::Pre,
        name if is_inline(name) => Kind::Inline,
        _ => Kind::Other,
    }
}

fn is_hiding(style: &str) -> bool {
    style.match_indices("display").any(|(at, word)| {
        let value = style[at + word.len()..].trim_start();
        value.strip_prefix(':').is_some_and(|value| value.trim_start().starts_with("none"))
    })
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "nobr"
            | "picture"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "source"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}
