//! The layout of long terms: what `io:format("~tp.~n", [Term])` prints at 80 columns, byte for byte.
//!
//! A term becomes a tree of nodes that know their one-line length; [`super::write`] lays the tree out in one of three ways of
//! indenting what follows a tuple's tag, chosen for the whole term by a dry run.

use super::nodes::{Node, Script, WIDTH, joined};
use super::value::Term;
use super::write::lay_out;
use crate::otp::Otp;
use std::borrow::Cow;

/// A term ready to be laid out.
pub struct Doc<'a>(Node<'a>);

impl<'a> Doc<'a> {
    /// A term.
    pub fn term(term: &'a Term, otp: Otp) -> Doc<'a> {
        Doc(Node::new(term, otp))
    }

    /// A string; the empty one is the empty list.
    pub fn string(text: &str, otp: Otp) -> Doc<'a> {
        Doc(Node::made(&Term::string(text), otp).unwrap_or_else(|| Node::code_points(text)))
    }

    /// A list whose elements are made when they are written.
    pub fn script(script: &'a dyn Script, otp: Otp) -> Doc<'a> {
        let count = script.count();
        if count == 0 {
            return Doc::list(Vec::new());
        }
        let at_least = 2 + joined(std::iter::repeat_n(1, count));
        let terms = || (0..count).filter_map(|at| script.term(at));
        let length = if at_least < WIDTH { 2 + joined(terms().map(|term| Node::new(&term, otp).length())) } else { at_least };
        Doc(Node::Script(script, length))
    }

    /// A tuple.
    pub fn tuple(items: Vec<Doc<'a>>) -> Doc<'a> {
        let items: Vec<Node> = items.into_iter().map(|item| item.0).collect();
        let length = 2 + joined(items.iter().map(Node::length));
        Doc(Node::Tuple(items, length))
    }

    /// A list.
    pub fn list(items: Vec<Doc<'a>>) -> Doc<'a> {
        if items.is_empty() {
            return Doc(Node::Leaf(Cow::Borrowed("[]"), 2, false));
        }
        let items: Vec<Node> = items.into_iter().map(|item| item.0).collect();
        let length = 2 + joined(items.iter().map(Node::length));
        Doc(Node::List(items, None, length))
    }

    /// Its text as OTP prints it from column 1, without the dot.
    pub fn pretty(&self, otp: Otp) -> String {
        lay_out(&self.0, 1, otp, "", "")
    }
}

/// The term as OTP prints it from column 1, without the dot.
pub fn pretty(term: &Term, otp: Otp) -> String {
    pretty_at(term, otp, 1)
}

/// The term as it is laid out from a column on (from 1); what `~tp` prints in the middle of a line.
pub fn pretty_at(term: &Term, otp: Otp, column: usize) -> String {
    lay_out(&Node::new(term, otp), column, otp, "", "")
}

/// A file with one term, as `systools` writes a `relup`.
pub fn pretty_file(doc: &Doc<'_>, otp: Otp) -> String {
    lay_out(&doc.0, 1, otp, "%% coding: utf-8\n", ".\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::span::FileId;
    use crate::term::{Extent, parse};

    /// What is laid out as OTP lays it out must come back as it was written.
    fn unchanged(text: &str) {
        let source = Source::new("t", format!("{text}.").into_bytes());
        let document = parse(&source, FileId(0), Otp::NEWEST, Extent::First);
        let printed = document.terms.first().map(|term| pretty(term, Otp::NEWEST));
        assert_eq!(printed.as_deref(), Some(text));
    }

    #[test]
    fn lines_break_at_79() {
        unchanged("[aaaaaaaaaaaaaaaaaaaa,aaaaaaaaaaaaaaaaaaaa,aaaaaaaaaaaaaaaaaaaa,aaaaaaaaaaaaa]");
        unchanged("[aaaaaaaaaaaaaaaaaaaa,aaaaaaaaaaaaaaaaaaaa,aaaaaaaaaaaaaaaaaaaa,\n aaaaaaaaaaaaaa]");
    }

    #[test]
    fn tags_align_or_indent() {
        unchanged(
            "{\"2\",\n [{\"1\",[],\n   [{load_object_code,{foo,\"1.0\",\n                           [aaaaaaaaaa,aaaaaaaaaaa,aaaaaaaaaaaa,aaaaaaaaaaaaa,\n                            aaaaaaaaaaaaaa,aaaaaaaaaaaaaaa]}},\n    {suspend,[{mod_a,5000},mod_b]}]}],\n []}",
        );
        unchanged(
            "{code_change,up,\n    [{my_server_module,\n         {upgrade,[{from,\"1.0\"},{to,\"2.0\"},{options,[verbose,dry_run]}]}},\n     {other,[]}]}",
        );
    }

    #[test]
    fn improper_lists_maps_and_bytes_break() {
        unchanged("[1,2,3|\n aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]");
        unchanged(
            "#{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa => aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\n  bb =>\n      {cc,[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\n           aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]}}",
        );
        unchanged(
            "{x,<<128,129,130,131,132,133,134,135,136,137,138,139,140,141,142,143,144,145,\n     146,147,148,149,150,151,152,153,154,155,156,157,158,159,160,161,162,163,\n     164,165,166,167,168,169,170>>}",
        );
    }

    impl Script for Vec<Term> {
        fn count(&self) -> usize {
            self.len()
        }

        fn term(&self, at: usize) -> Option<Term> {
            self.get(at).cloned()
        }
    }

    /// A relup whose instructions are made while they are written is the relup that is laid out as a whole.
    fn script_as_whole(paths: usize, instructions: Vec<Term>) {
        let entry = || Doc::tuple(vec![Doc::string("1", Otp::NEWEST), Doc::script(&instructions, Otp::NEWEST)]);
        let list = |count: usize| Doc::list((0..count).map(|_| entry()).collect());
        let doc = Doc::tuple(vec![Doc::string("2", Otp::NEWEST), list(paths), list(paths / 2)]);
        let entry = Term::tuple(vec![Term::string("1"), Term::list(instructions.clone())]);
        let list = |count: usize| Term::list(vec![entry.clone(); count]);
        let whole = Term::tuple(vec![Term::string("2"), list(paths), list(paths / 2)]);
        assert_eq!(doc.pretty(Otp::NEWEST), pretty(&whole, Otp::NEWEST));
    }

    fn word(letter: &str, length: usize) -> Term {
        Term::atom(&letter.repeat(length))
    }

    fn load() -> Term {
        Term::tuple(vec![Term::atom("load"), word("m", 20)])
    }

    /// A tuple that is broken, with a tag of so many letters.
    fn broken(tag: usize) -> Term {
        Term::tuple(vec![word("t", tag), Term::list(vec![word("e", 40), word("f", 40)])])
    }

    #[test]
    fn scripts_are_laid_out_as_a_whole() {
        let restart = || Term::atom("restart_emulator");
        for instructions in [
            vec![],
            vec![restart()],
            vec![load(), restart(), restart(), load(), restart()],
            vec![restart(); 30],
            vec![restart(); 90],
            vec![word("w", 79), word("w", 80), restart()],
            vec![load(), broken(10), load()],
            vec![load(), broken(40), load()],
            vec![broken(90), Term::tuple(vec![word("t", 38), broken(38)]), load()],
            vec![word("\u{416}", 30), Term::tuple(vec![word("\u{416}", 30), word("\u{416}", 30)])],
        ] {
            for paths in 0..4 {
                script_as_whole(paths, instructions.clone());
            }
        }
    }

    #[test]
    fn strings_that_are_not_shown_are_numbers() {
        let doc = |text: &str| Doc::string(text, Otp::NEWEST).pretty(Otp::NEWEST);
        assert_eq!((doc("1.0\u{65e5}").as_str(), doc("\u{1}").as_str(), doc("").as_str()), ("[49,46,48,26085]", "[1]", "[]"));
    }

    #[test]
    fn the_last_instruction_leaves_room_for_what_is_closed() {
        for length in 50..85 {
            for last in [word("w", length), Term::tuple(vec![word("w", length - 4), word("x", 1)]), word("\u{416}", length)] {
                for before in [vec![], vec![load()], vec![word("v", 5)], vec![load(), word("v", 9)]] {
                    script_as_whole(2, [before, vec![last.clone()]].concat());
                }
            }
        }
    }

    #[test]
    fn instructions_as_deep_as_any_file_holds_them() {
        let deep = (0..crate::term::MAX_DEPTH).fold(word("w", 90), |inner, _| Term::list(vec![word("w", 90), inner]));
        script_as_whole(8, vec![deep.clone(), load(), deep]);
    }

    #[test]
    fn long_scripts_are_laid_out_as_a_whole() {
        script_as_whole(3, vec![load(); 3000]);
        script_as_whole(3, [vec![load(); 3000], vec![broken(40)]].concat());
        script_as_whole(3, [vec![Term::tuple(vec![word("t", 38), Term::tuple(vec![word("t", 38), broken(38)])])], vec![load(); 3000]].concat());
    }
}
