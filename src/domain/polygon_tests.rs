use proptest::prelude::*;

use super::*;

fn ring(positions: &[(i32, i32)]) -> Vec<Position> {
    positions.iter().chain(positions.first()).map(|(lon, lat)| (f64::from(*lon), f64::from(*lat))).collect()
}

fn square(west: i32, south: i32, side: i32) -> Vec<Position> {
    ring(&[(west, south), (west + side, south), (west + side, south + side), (west, south + side)])
}

fn contains(polygons: &Rings, lon: f64, lat: f64) -> bool {
    Polygons::of(polygons).expect("good polygons").contains(Point { lat, lon })
}

fn faults(polygons: &Rings) -> Vec<String> {
    Polygons::of(polygons).expect_err("something is wrong")
}

#[test]
fn a_point_lies_in_a_polygon_and_not_in_its_hole() {
    let polygons = vec![vec![square(0, 0, 10), square(3, 3, 4)], vec![square(20, 0, 5)]];
    for (lon, lat, is_in) in [
        (1.0, 1.0, true),
        (5.0, 5.0, false),
        (22.0, 3.0, true),
        (15.0, 3.0, false),
        (5.0, -0.001, false),
        // Edges and corners are of it, those of holes too.
        (0.0, 5.0, true),
        (10.0, 10.0, true),
        (3.0, 5.0, true),
        (20.0, 0.0, true),
    ] {
        assert_eq!(contains(&polygons, lon, lat), is_in, "{lon} {lat}");
    }
}

#[test]
fn longitudes_may_go_on_behind_the_antimeridian() {
    for west in [175, -185] {
        let across = vec![vec![square(west, -20, 10)]];
        assert!(contains(&across, 178.0, -15.0) && contains(&across, -178.0, -15.0) && contains(&across, 180.0, -15.0));
        assert!(!contains(&across, 0.0, -15.0) && !contains(&across, -174.0, -15.0));
    }
}

#[test]
fn every_fault_is_told() {
    let bow = ring(&[(0, 0), (4, 4), (4, 0), (0, 4)]);
    assert_eq!(faults(&vec![vec![bow]]), ["the outer ring of polygon 1 crosses or touches itself near 2 2"]);
    let open = vec![(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    let short = vec![(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)];
    let far = ring(&[(0, 0), (400, 0), (0, 95)]);
    assert_eq!(faults(&vec![vec![open, short], vec![far]]).len(), 3);
    assert_eq!(faults(&vec![vec![ring(&[(0, 0), (2, 2), (4, 4)])]]), ["the outer ring of polygon 1 has no area"]);
    let outside = vec![vec![square(0, 0, 4), square(10, 10, 2)]];
    assert_eq!(faults(&outside), ["hole 1 of polygon 1 lies outside of it"]);
    let nested = vec![vec![square(0, 0, 20), square(2, 2, 10), square(4, 4, 2)], vec![square(15, 15, 2)]];
    assert_eq!(faults(&nested), ["hole 2 of polygon 1 lies in hole 1", "polygon 2 lies in polygon 1"]);
    let crossing = vec![vec![square(0, 0, 4), square(2, 2, 4)]];
    assert!(faults(&crossing)[0].starts_with("hole 1 of polygon 1 crosses the outer ring of polygon 1 near"));
    let twice = vec![vec![square(0, 0, 4)], vec![square(0, 0, 4)]];
    assert!(faults(&twice)[0].contains("polygon 2 crosses"), "{:?}", faults(&twice));
    let waist = ring(&[(0, 0), (4, 0), (2, 2), (4, 4), (0, 4), (2, 2)]);
    assert!(faults(&vec![vec![waist]])[0].contains("touches itself"));
}

#[test]
fn what_touches_in_one_position_is_taken() {
    let island_in_a_hole = vec![vec![square(0, 0, 10), square(2, 2, 6)], vec![square(4, 4, 2)]];
    assert!(contains(&island_in_a_hole, 5.0, 5.0) && !contains(&island_in_a_hole, 3.0, 3.0));
    let corners = vec![vec![square(0, 0, 4)], vec![square(4, 4, 4)]];
    assert!(contains(&corners, 4.0, 4.0));
    let hole_at_the_edge = vec![vec![square(0, 0, 8), ring(&[(0, 4), (3, 3), (3, 5)])]];
    assert!(!contains(&hole_at_the_edge, 2.0, 4.0) && contains(&hole_at_the_edge, 5.0, 4.0));
}

proptest! {
    #[test]
    fn a_star_holds_what_is_nearer_than_its_rim(
        rim in prop::collection::vec(1_i32..50, 3..60), angle in 0.0..360.0_f64, far in 0.0..60.0_f64,
    ) {
        #[expect(clippy::cast_precision_loss, reason = "few corners")]
        let step = 360.0 / rim.len() as f64;
        let at = |angle: f64, far: f64| (far * angle.to_radians().cos(), far * angle.to_radians().sin());
        let mut angles = 0.0;
        let mut ring: Vec<Position> = Vec::new();
        for far in &rim {
            ring.push(at(angles, f64::from(*far)));
            angles += step;
        }
        ring.push(ring[0]);
        let polygons = Polygons::of(&vec![vec![ring.clone()]]);
        // Three corners on one side of the middle make no star.
        prop_assume!(rim.len() > 4);
        let polygons = polygons.expect("a star");
        let (lon, lat) = at(angle, far);
        // The slow way: the angles under which the edges are seen make a full turn.
        let turn: f64 = edges(&ring).map(|(a, b)| {
            let (a, b) = ((a.0 - lon, a.1 - lat), (b.0 - lon, b.1 - lat));
            (a.0 * b.1 - a.1 * b.0).atan2(a.0 * b.0 + a.1 * b.1)
        }).sum();
        let is_inside = turn.abs() > 3.0;
        let is_near_an_edge = edges(&ring).any(|(a, b)| side_of(a, b, (lon, lat)).abs() < 1e-6);
        let is_held = polygons.contains(Point { lat, lon });
        prop_assert!(is_near_an_edge || is_held == is_inside, "{lon} {lat} {turn}");
    }
}
