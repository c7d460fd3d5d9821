//! The question of `fmt`: files as they are laid out.

use super::discover::discover;
use super::{Session, Unusable};
use crate::diag::Edit;
use crate::diag::Findings;
use crate::lint;
use crate::parallel;
use crate::source::{FileTree, Source, Spot, TreeId, refused};
use crate::span::FileId;
use crate::term::{Extent, Form, format, parse};
use std::collections::BTreeSet;

/// A file as it is laid out.
#[derive(Debug)]
pub struct Formatted {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub before: String,
    /// What it should hold; `None` where that is the same, or where it is left as it is for a reason that is reported.
    pub after: Option<Source>,
}

impl Session<'_> {
    /// The files that paths name, and the appups and their sources in folders that they name, laid out.
    pub fn format(&mut self, paths: &[String]) -> Result<(Vec<Formatted>, Findings), Unusable> {
        self.opener.set_otp(self.settings.otp);
        let mut found = Findings::default();
        let (folders, files): (Vec<String>, Vec<String>) = paths.iter().cloned().partition(|path| self.overlay.is_folder(path));
        let mut names: BTreeSet<String> = discover(self.overlay, &folders, &mut found)?.appups;
        names.extend(files);
        let is_elixir = |name: &str| Form::of(name) == Form::Elixir;
        if let Some(elixir) = names.iter().find(|name| is_elixir(name) && paths.contains(name)) {
            return Err(Unusable::Words(format!("`{elixir}` is Elixir: `mix format` lays it out")));
        }
        names.retain(|name| !is_elixir(name));
        let mut read: Vec<FileId> = Vec::new();
        // A file may be named in several ways.
        let mut known = BTreeSet::new();
        for name in names.iter().filter(|name| known.insert(self.overlay.whole(name))) {
            match self.opener.read(&Spot::new(TreeId::Outside, name.as_str())) {
                Ok(file) => read.push(file),
                Err(why) => found.push(refused(name, &why)),
            }
        }
        let laid_out = parallel::map(&read, 4, |file| {
            let mut on_file = Findings::default();
            let after = self.laid_out(*file, &mut on_file);
            (after, on_file)
        });
        let mut all = Vec::new();
        for (file, (after, on_file)) in read.into_iter().zip(laid_out) {
            found.append(on_file);
            let Some(source) = self.texts().get(file) else { continue };
            let after = after.filter(|after| after.text != source.text);
            all.push(Formatted { name: source.name.clone(), before: source.text.clone(), after });
        }
        Ok((all, found))
    }

    fn laid_out(&self, file: FileId, found: &mut Findings) -> Option<Source> {
        let (otp, how) = (self.opener.otp(), self.settings.format);
        let source = self.texts().get(file)?;
        // A version that a build fills in comes before everything else.
        let filled = lint::without_version(source, file, otp);
        let whole = filled.as_ref().map_or(source, |filled| &filled.source);
        match format(whole, file, otp, how) {
            Ok(after) => match &filled {
                None => Some(after),
                Some(filled) => {
                    let again = parse(&after, file, otp, Extent::First);
                    let version = again.terms.first()?.as_tuple()?.first()?.span;
                    after.edited(&[Edit { span: version, text: filled.restore.text.clone() }]).ok()
                }
            },
            Err(faults) => {
                // As it is written, with what a build fills in.
                match lint::computed(&source.name, file, &source.text, &parse(source, file, otp, Extent::First)) {
                    Some(note) => found.push(note),
                    None => found.extend(faults.into_iter().map(|fault| fault.diagnostic)),
                }
                None
            }
        }
    }
}
