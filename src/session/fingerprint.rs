//! Which inputs a verdict rests on, so that a document can be matched with the builds it was made of.

use super::Session;
use super::verify::VerifyRequest;
use crate::release::{Application, Release};
use crate::source::{Spot, TreeId, join};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// An input and its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// A release with its version, or the name of a relup.
    pub name: String,
    /// The SHA-256 in hexadecimal. It does not depend on where the files are.
    pub sha256: String,
}

impl Session<'_> {
    /// The inputs of a question: each release, the target first, then the relup, or the
    /// file with instructions of the release itself. A release's fingerprint is that of its `.rel`, its
    /// `sys.config`, and of the applications whose versions differ between the releases: `.app`, appup, and the MD5 of each module as
    /// `code:module_md5/1` gives it.
    pub fn inputs(&mut self, request: &VerifyRequest) -> Vec<Input> {
        let references: Vec<String> = std::iter::once(&request.target).chain(&request.bases).cloned().collect();
        let releases = self.releases(&references);
        let all: Vec<&Arc<Release>> = releases.all.iter().flatten().collect();
        let differs = |application: &Application| {
            all.iter().any(|release| release.application(application.name.value.as_str()).is_none_or(|other| other.vsn.value != application.vsn.value))
        };
        let mut inputs = Vec::new();
        for release in &all {
            let mut hash = Sha256::new();
            self.add(&mut hash, ".rel", &release.spot);
            let folder = release.folder();
            self.add(&mut hash, "sys.config", &Spot::new(folder.tree, join(&folder.path, "sys.config")));
            for application in release.applications.iter().filter(|application| differs(application)) {
                let name = application.name.value.as_str();
                self.add(&mut hash, &format!("{name}.app"), &Spot::new(application.folder.tree, join(&application.folder.path, &format!("{name}.app"))));
                let appup = self.appups.spot(self.opener.trees(), application);
                self.add(&mut hash, &format!("{name}.appup"), &appup);
                let beams = self.opener.beams();
                let mut modules: Vec<&str> = application.file.modules.iter().map(|module| module.value.as_str()).collect();
                modules.sort_unstable();
                for module in modules {
                    part(&mut hash, module, beams.at(&application.beam(module)).md5().as_ref().map(<[u8; 16]>::as_slice));
                }
            }
            let (name, version) = (&release.rel.name.value, &release.rel.vsn.value);
            let input = Input { name: format!("{name} {version}"), sha256: hex(&hash.finalize()) };
            // A release may be named twice.
            if !inputs.contains(&input) {
                inputs.push(input);
            }
        }
        if let Some(relup) = &request.relup
            && let Ok(bytes) = self.opener.trees().get(TreeId::Outside).read(relup)
        {
            inputs.push(Input { name: relup.clone(), sha256: hex(&Sha256::digest(&bytes)) });
        } else if let Some(source) = self.settings.paths.source() {
            inputs.push(Input { name: source.name.clone(), sha256: hex(&Sha256::digest(source.bytes())) });
        }
        inputs
    }

    fn add(&self, hash: &mut Sha256, name: &str, spot: &Spot) {
        let bytes = self.opener.trees().get(spot.tree).read_text(&spot.path).ok();
        part(hash, name, bytes.as_deref());
    }
}

/// A named part: what is not there differs from what is empty.
fn part(hash: &mut Sha256, name: &str, bytes: Option<&[u8]>) {
    let head = bytes.map_or_else(|| format!("{name} -\n"), |bytes| format!("{name} {}\n", bytes.len()));
    hash.update(head.as_bytes());
    hash.update(bytes.unwrap_or_default());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
