//! Pages as plain text, as a copy from a browser or a converter of HTML makes it.
//!
//! Owns the rendering only. Elements that stand on lines of their own break lines, white space becomes one space, and
//! what a browser doesn't show is left out. The page's name chooses the layout, so that it is the same in each run:
//! a line for each block, a blank line between blocks, or lines wrapped at a width.

use dom_query::{Document, NodeId, NodeRef};

use crate::data::{Page, fnv};
use crate::score;

/// The width at which lines are wrapped, in characters.
const WIDTH: usize = 72;
/// Deeper elements are not rendered.
const DEPTH_MAX: usize = 400;
/// Shorter lines don't tell where the article stands.
const GOLD_LINE_CHARS_MIN: usize = 60;

const BLOCKS: [&str; 42] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "button",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "thead",
    "tr",
    "ul",
];
const UNSEEN: [&str; 15] = [
    "audio", "canvas", "head", "iframe", "input", "math", "noscript", "object", "script", "select", "style",
    "svg", "template", "textarea", "video",
];

/// How much of a page is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// With menus, lists of other articles and the foot.
    Page,
    /// The smallest part that holds the headline and the text.
    Article,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Lines,
    BlankBetween,
    Wrapped,
}

impl Layout {
    fn of(id: &str) -> Self {
        match fnv(id) % 4 {
            0 | 1 => Self::Lines,
            2 => Self::BlankBetween,
            _ => Self::Wrapped,
        }
    }
}

/// A line of text and the element that it stands in.
struct Block {
    text: String,
    home: NodeId,
    is_item: bool,
}

/// The page as text.
pub fn render(page: &Page, extent: Extent) -> String {
    let document = Document::from(String::from_utf8_lossy(&page.html).as_ref());
    let root = document.root();
    let mut blocks = Vec::new();
    collect(&root, &mut blocks);
    if extent == Extent::Article
        && let Some(part) = article_part(&document, &blocks, page)
    {
        blocks.clear();
        collect(&part, &mut blocks);
    }
    write(&blocks, Layout::of(&page.gold.id))
}

/// The smallest element that holds the lines of the gold body and the headline above them.
fn article_part<'a>(document: &'a Document, blocks: &[Block], page: &Page) -> Option<NodeRef<'a>> {
    let body = score::folded(page.gold.article_body.as_deref()?);
    let headline = page.gold.headline.as_deref().map(score::folded).unwrap_or_default();
    let is_gold = |text: &str| {
        let text = score::folded(text);
        text.chars().count() >= GOLD_LINE_CHARS_MIN && body.contains(&text)
    };
    let first = blocks.iter().position(|block| is_gold(&block.text))?;
    let last = blocks.iter().rposition(|block| is_gold(&block.text))?;
    let title = blocks[..first].iter().rposition(|block| score::folded(&block.text) == headline);
    let mut path = path_of(document, blocks[first].home);
    for index in [Some(last), title].into_iter().flatten() {
        let other = path_of(document, blocks[index].home);
        let shared = path.iter().zip(&other).take_while(|(left, right)| left == right).count();
        path.truncate(shared);
    }
    path.last().and_then(|id| document.tree.get(id))
}

/// The ancestors of a node from the root on, and the node.
fn path_of(document: &Document, id: NodeId) -> Vec<NodeId> {
    let Some(node) = document.tree.get(&id) else { return Vec::new() };
    let mut path: Vec<NodeId> = node.ancestors_it(None).map(|node| node.id).collect();
    path.reverse();
    path.push(id);
    path
}

enum Step<'a> {
    Enter(NodeRef<'a>, usize, NodeId),
    Break,
    Item,
}

fn collect<'a>(root: &NodeRef<'a>, blocks: &mut Vec<Block>) {
    let mut open = String::new();
    let mut home = root.id;
    let mut is_item = false;
    let mut steps = vec![Step::Enter(*root, 0, root.id)];
    while let Some(step) = steps.pop() {
        let (node, depth, block) = match step {
            Step::Break => {
                close(&mut open, home, &mut is_item, blocks);
                continue;
            }
            Step::Item => {
                is_item = true;
                continue;
            }
            Step::Enter(node, depth, block) => (node, depth, block),
        };
        if node.is_text() {
            if open.trim().is_empty() {
                home = block;
            }
            open.push_str(&node.text());
            continue;
        }
        let name = node.node_name().unwrap_or_default();
        if UNSEEN.contains(&&*name) || depth > DEPTH_MAX || is_hidden(&node) {
            continue;
        }
        if &*name == "br" {
            close(&mut open, home, &mut is_item, blocks);
            continue;
        }
        let is_block = BLOCKS.contains(&&*name);
        if matches!(&*name, "td" | "th") {
            open.push(' ');
        }
        if is_block {
            steps.push(Step::Break);
        }
        let block = if is_block { node.id } else { block };
        steps.extend(node.children_it(true).map(|child| Step::Enter(child, depth + 1, block)));
        if &*name == "li" {
            steps.push(Step::Item);
        }
        if is_block {
            steps.push(Step::Break);
        }
    }
    close(&mut open, home, &mut is_item, blocks);
}

fn close(open: &mut String, home: NodeId, is_item: &mut bool, blocks: &mut Vec<Block>) {
    let text = open.split_whitespace().collect::<Vec<_>>().join(" ");
    if !text.is_empty() {
        blocks.push(Block { text, home, is_item: std::mem::take(is_item) });
    }
    open.clear();
}

fn is_hidden(node: &NodeRef<'_>) -> bool {
    let style = node.attr_or("style", "").to_lowercase().replace(' ', "");
    node.has_attr("hidden") || style.contains("display:none") || style.contains("visibility:hidden")
}

fn write(blocks: &[Block], layout: Layout) -> String {
    let mut text = String::new();
    for block in blocks {
        match layout {
            Layout::Lines => text.push_str(&block.text),
            Layout::BlankBetween => {
                text.push_str(&block.text);
                text.push('\n');
            }
            Layout::Wrapped => wrap(if block.is_item { "* " } else { "" }, &block.text, &mut text),
        }
        text.push('\n');
    }
    text
}

/// A block in lines of a width, with a blank line below.
fn wrap(mark: &str, block: &str, text: &mut String) {
    let mut length = mark.chars().count();
    text.push_str(mark);
    let mut is_begin = true;
    for word in block.split(' ') {
        let word_length = word.chars().count();
        if !is_begin && length + 1 + word_length > WIDTH {
            text.push('\n');
            length = 0;
        } else if !is_begin {
            text.push(' ');
            length += 1;
        }
        is_begin = false;
        text.push_str(word);
        length += word_length;
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(html: &str) -> Vec<String> {
        let document = Document::from(html);
        let mut blocks = Vec::new();
        collect(&document.root(), &mut blocks);
        blocks.into_iter().map(|block| block.text).collect()
    }

    #[test]
    fn blocks_break_lines_and_what_is_not_shown_is_left_out() {
        let found = lines(
            "<title>t</title><style>s</style><ul><li>One <b>bold</b></li><li hidden>no</li></ul>\
             <p>Two<br>three</p>four<script>x</script> <span>five</span><p style='display: none'>no</p>",
        );
        assert_eq!(found, ["One bold", "Two", "three", "four five"]);
    }

    #[test]
    fn lines_are_wrapped_at_the_width() {
        let mut text = String::new();
        wrap("* ", "word ".repeat(20).trim(), &mut text);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH) && text.lines().count() == 2);
    }
}
