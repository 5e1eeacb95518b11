//! In which order modules run.

use super::{
    refuse::Unbundled,
    unit::{Dest, Unit},
};

/// More modules that wait are not looked at.
const MAX_WAITING: usize = 64;

/// The order in which the engine would run the modules, the entry module (the first) last.
///
/// A module that waits lets those go on that do not need it. One text cannot do that, so a module may wait only if all
/// that run after it need it.
pub(super) fn order(units: &[Unit]) -> Result<Vec<usize>, Unbundled> {
    let needs: Vec<Vec<usize>> = units.iter().map(needs).collect();
    let order = by_need(&needs);
    let waits = |place: &usize| order[*place] != 0 && units[order[*place]].waits;
    let waiting: Vec<usize> = (0..order.len()).filter(waits).collect();
    if waiting.len() > MAX_WAITING {
        return Err(Unbundled::TooMuch);
    }
    let waited_for = waited_for(&needs, &order);
    for place in waiting {
        let unit = order[place];
        let above = needing(&needs, unit);
        if needs[unit].iter().any(|&to| to != unit && above[to]) {
            let what = "waits in a circle of imports";
            return Err(Unbundled::uses(&units[unit].file, what));
        }
        let waiting = needing(&waited_for, unit);
        if order[place + 1..].iter().any(|&later| !waiting[later]) {
            let what = "waits while others go on that do not need it";
            return Err(Unbundled::uses(&units[unit].file, what));
        }
    }
    Ok(order)
}

/// What a module imports comes before it, in the order of its text.
fn by_need(needs: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(needs.len());
    let mut seen = vec![false; needs.len()];
    let mut open = vec![(0, 0)];
    seen[0] = true;
    while let Some((unit, next)) = open.pop() {
        match needs[unit].get(next) {
            Some(&to) => {
                open.push((unit, next + 1));
                if !std::mem::replace(&mut seen[to], true) {
                    open.push((to, 0));
                }
            }
            None => order.push(unit),
        }
    }
    order
}

fn needs(unit: &Unit) -> Vec<usize> {
    let to = unit.requests.iter().filter_map(|request| match request.to {
        Dest::Unit(to) => Some(to),
        Dest::Outside(_) => None,
    });
    to.collect()
}

/// For which others each module waits. In a circle of imports it is not those that run after it.
fn waited_for(needs: &[Vec<usize>], order: &[usize]) -> Vec<Vec<usize>> {
    let mut places = vec![0; needs.len()];
    for (place, &unit) in order.iter().enumerate() {
        places[unit] = place;
    }
    let of = |(unit, needs): (usize, &Vec<usize>)| {
        let before = needs.iter().filter(|to| places[**to] < places[unit]);
        before.copied().collect()
    };
    needs.iter().enumerate().map(of).collect()
}

/// Which modules need one, also by way of others.
fn needing(needs: &[Vec<usize>], one: usize) -> Vec<bool> {
    let mut above = vec![Vec::new(); needs.len()];
    for (unit, needs) in needs.iter().enumerate() {
        for &to in needs {
            above[to].push(unit);
        }
    }
    let mut found = vec![false; needs.len()];
    let mut open = vec![one];
    while let Some(unit) = open.pop() {
        for &by in &above[unit] {
            if !std::mem::replace(&mut found[by], true) {
                open.push(by);
            }
        }
    }
    found
}
