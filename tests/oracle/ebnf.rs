//! The grammars of `grammar/`, and sentences made from them.

use super::rng::Rng;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// How deep rules may call each other before every choice is the first one.
const DEPTH: usize = 24;

enum Part {
    Literal(String),
    Rule(String),
    Choice(Vec<Vec<Part>>),
    Optional(Box<Part>),
    Repeated(Box<Part>),
}

/// All rules of all grammars.
pub struct Grammar {
    rules: HashMap<String, Part>,
}

impl Grammar {
    pub fn load() -> Grammar {
        Grammar::of(&["terms", "rel", "app", "relup", "appup"])
    }

    /// The rules of some files of `grammar/`.
    pub fn of(names: &[&str]) -> Grammar {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar");
        let mut rules = HashMap::new();
        for name in names {
            let text = fs::read_to_string(folder.join(format!("{name}.ebnf"))).unwrap();
            let mut reader = Reader { chars: text.chars().collect(), at: 0 };
            while let Some(rule) = reader.word() {
                reader.expect('=');
                let part = reader.choice();
                reader.expect(';');
                rules.insert(rule, part);
            }
        }
        Grammar { rules }
    }

    pub fn sentence(&self, rule: &str, rng: &mut Rng) -> String {
        let mut out = String::new();
        self.rule(rule, rng, 0, &mut out);
        out
    }

    fn rule(&self, name: &str, rng: &mut Rng, depth: usize, out: &mut String) {
        let part = self.rules.get(name).unwrap_or_else(|| panic!("no rule {name}"));
        self.write(part, rng, depth + 1, out);
    }

    fn write(&self, part: &Part, rng: &mut Rng, depth: usize, out: &mut String) {
        match part {
            Part::Literal(text) => out.push_str(text),
            Part::Rule(name) => self.rule(name, rng, depth, out),
            Part::Choice(choices) => {
                let chosen = if depth > DEPTH { &choices[0] } else { rng.pick(choices) };
                chosen.iter().for_each(|part| self.write(part, rng, depth, out));
            }
            Part::Optional(part) => {
                if depth <= DEPTH && rng.chance(50) {
                    self.write(part, rng, depth, out);
                }
            }
            Part::Repeated(part) => {
                for _ in 0..if depth > DEPTH { 0 } else { rng.below(3) } {
                    self.write(part, rng, depth, out);
                }
            }
        }
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    fn skip(&mut self) {
        loop {
            while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
                self.at += 1;
            }
            if self.chars[self.at..].starts_with(&['(', '*']) {
                while !self.chars[self.at..].starts_with(&['*', ')']) {
                    self.at += 1;
                }
                self.at += 2;
            } else {
                return;
            }
        }
    }

    fn peek(&mut self) -> Option<char> {
        self.skip();
        self.chars.get(self.at).copied()
    }

    fn expect(&mut self, wanted: char) {
        assert_eq!(self.peek(), Some(wanted), "at {}", self.chars[..self.at].iter().rev().take(60).rev().collect::<String>());
        self.at += 1;
    }

    fn word(&mut self) -> Option<String> {
        self.skip();
        let word: String = self.chars[self.at..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
        self.at += word.chars().count();
        Some(word).filter(|word| !word.is_empty())
    }

    fn choice(&mut self) -> Part {
        let mut choices = vec![self.sequence()];
        while self.peek() == Some('|') {
            self.at += 1;
            choices.push(self.sequence());
        }
        Part::Choice(choices)
    }

    fn sequence(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        loop {
            match self.peek() {
                Some('"') => parts.push(Part::Literal(self.literal())),
                Some('{') => parts.push(Part::Repeated(Box::new(self.group('}')))),
                Some('[') => parts.push(Part::Optional(Box::new(self.group(']')))),
                Some('(') => parts.push(self.group(')')),
                Some(c) if c.is_alphabetic() => parts.push(Part::Rule(self.word().unwrap())),
                _ => return parts,
            }
        }
    }

    fn group(&mut self, close: char) -> Part {
        self.at += 1;
        let part = self.choice();
        self.expect(close);
        part
    }

    fn literal(&mut self) -> String {
        let mut text = String::new();
        self.at += 1;
        loop {
            let c = self.chars[self.at];
            self.at += 1;
            match c {
                '"' => return text,
                '\\' => {
                    let escaped = self.chars[self.at];
                    self.at += 1;
                    text.push(if escaped == 'n' { '\n' } else { escaped });
                }
                _ => text.push(c),
            }
        }
    }
}
