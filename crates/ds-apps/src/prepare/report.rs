//! Which of the things that went wrong are errors, and which are warnings.

use super::{
    PrepareError,
    graph::{Body, Graph, Node, Target},
    media::Media,
    package::Package,
    resolve::Id,
};
use crate::{Problem, Warning};

const MAX_WARNINGS: usize = 50;

/// A problem of a module that is surely needed is an error: the app could not start, or would fail later where its
/// author did not look. Any other is a warning.
pub(super) fn check(graph: &Graph, package: &Package) -> Result<Vec<Warning>, PrepareError> {
    let sure = graph.surely_reached();
    let mut warnings = Vec::new();
    for (node, sure) in graph.nodes.iter().zip(sure) {
        name_is_free(node, package)?;
        if let Body::Broken(error) = &node.body {
            let error = PrepareError::Syntax {
                file: node.name(),
                line: error.line,
                column: error.column,
                message: error.message.clone(),
            };
            if sure {
                return Err(error);
            }
            warnings.push(warning(Problem::Invalid, node.name(), &error));
        }
        for link in &node.links {
            let Target::Failed(problem) = &link.to else {
                continue;
            };
            let error = PrepareError::Import {
                importer: node.name(),
                specifier: link.specifier.clone(),
                problem: problem.clone(),
            };
            if sure && node.must_have(link.how) {
                return Err(error);
            }
            warnings.push(warning(Problem::NotFound, link.specifier.clone(), &error));
        }
        warnings.extend(computed_remotely(node));
    }
    Ok(bounded(warnings))
}

/// The names that the prepared copy adds must not be the package's own.
fn name_is_free(node: &Node, package: &Package) -> Result<(), PrepareError> {
    let Id::Package(path) = &node.key.id else {
        return Ok(());
    };
    let stripped = format!("{path}.js");
    let added = match &node.body {
        Body::Script(_) if node.media.needs_compiling() => stripped,
        Body::Data if node.key.data => node.out.trim_start_matches("app/").to_owned(),
        _ => return Ok(()),
    };
    if added != *path && package.has(&added) {
        return Err(PrepareError::NameTaken {
            source_file: path.clone(),
            taken: added,
        });
    }
    Ok(())
}

/// What a remote module computes cannot be known, so it is not there.
fn computed_remotely(node: &Node) -> Option<Warning> {
    let (
        Id::Remote(_),
        Body::Script(script),
        Media::JavaScript | Media::TypeScript | Media::Jsx | Media::Tsx,
    ) = (&node.key.id, &node.body, node.media)
    else {
        return None;
    };
    (!script.found.computed.is_empty()).then(|| Warning {
        field: "modules".to_owned(),
        problem: Problem::PoorExperience,
        bad_value: node.name(),
        message: format!(
            "{} computes the names of modules it imports; only those that something else imports too will be there",
            node.name()
        ),
    })
}

fn warning(problem: Problem, bad_value: String, error: &PrepareError) -> Warning {
    Warning {
        field: "modules".to_owned(),
        problem,
        bad_value,
        message: format!("This fails if the app ever reaches it: {error}"),
    }
}

/// Nobody reads more.
fn bounded(mut warnings: Vec<Warning>) -> Vec<Warning> {
    let more = warnings.len().saturating_sub(MAX_WARNINGS);
    warnings.truncate(MAX_WARNINGS);
    if more > 0 {
        warnings.push(Warning {
            field: "modules".to_owned(),
            problem: Problem::Error,
            bad_value: String::new(),
            message: format!("There are {more} more warnings about modules."),
        });
    }
    warnings
}
