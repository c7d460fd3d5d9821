//! What is between the tokens of a written term: comments, and the characters outside of them.

use crate::source::Source;
use crate::span::Span;

/// A text and its comments, in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trivia<'d> {
    pub source: &'d Source,
    pub comments: &'d [Span],
}

impl<'d> Trivia<'d> {
    /// The comments that begin between two offsets.
    pub fn comments_in(&self, start: u32, end: u32) -> impl Iterator<Item = Span> + use<'d> {
        let first = self.comments.partition_point(|comment| comment.start < start);
        self.comments.get(first..).unwrap_or_default().iter().copied().take_while(move |comment| comment.start < end)
    }

    /// The characters between two offsets that are not in a comment, each with its offset.
    pub fn code(&self, start: u32, end: u32) -> Option<impl Iterator<Item = (u32, char)> + use<'d>> {
        let text = self.source.text.get(start as usize..end as usize)?;
        let mut comments = self.comments_in(start, end).peekable();
        let characters = text.char_indices().filter_map(move |(at, c)| Some((start.checked_add(u32::try_from(at).ok()?)?, c)));
        Some(characters.filter(move |(at, _)| {
            while comments.next_if(|comment| comment.end <= *at).is_some() {}
            comments.peek().is_none_or(|comment| *at < comment.start)
        }))
    }

    /// The line end that the text uses.
    pub fn line_end(&self) -> &'static str {
        if self.source.text.contains("\r\n") { "\r\n" } else { "\n" }
    }
}
