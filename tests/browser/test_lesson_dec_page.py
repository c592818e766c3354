"""DEC in the browser: its numbers against PyTorch, NumPy and scikit-learn, and the way back."""

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from tests.harness.lesson_script import hand_out
from zclust_explore.data import assignments
from zclust_explore.models.dec import clustering_loss, log_soft_assignments, target_distribution

ITERATIONS = 50
RUN = """({points, centroids, iterations, ...settings}) => {
  const start = {points: Float64Array.from(points), centroids: Float64Array.from(centroids)};
  const dec = new handed.Dec2d({...start, ...settings});
  const found = [];
  for (let t = 0; t <= iterations; t++) {
    found.push({z: [...dec.state.z], mu: [...dec.state.mu], q: [...dec.q], kl: dec.kl});
    dec.step();
  }
  return found;
}"""
THERE_AND_BACK = """({points, centroids, steps, ...settings}) => {
  const start = {points: Float64Array.from(points), centroids: Float64Array.from(centroids)};
  const dec = new handed.Dec2d({...start, ...settings});
  const names = ["z", "mu", "zVelocity", "muVelocity"];
  // copies: an array that is changed where it lies would be the same as itself
  const kept = () => [...names.map(name => dec.state[name].slice()), dec.q, Float64Array.of(dec.state.iteration)];
  const bits = arrays => arrays.map(array => new BigUint64Array(array.buffer));
  const same = (one, other) => {
    const [a, b] = [bits(one), bits(other)];
    return a.every((array, name) => array.every((word, at) => word === b[name][at]));
  };
  const there = [kept()];
  for (let t = 0; t < steps; t++) { dec.step(); there.push(kept()); }
  let undone = 0, different = 0;
  for (let t = steps; t >= 0; t--) {
    const now = kept();
    undone += same(now, there[t]);
    different += !t || !same(now, there[t - 1]);
    if (t) dec.back();
  }
  return {undone, different, more: dec.back()};
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the scripts are joined."""
    return tmp_path_factory.mktemp("scripts")


@pytest.fixture
def dec(page, folder):
    """A page with the modules of DEC handed out."""
    hand_out(
        page,
        {
            "dec2d.js": "Dec2d, softAssign, targetOf, divergence, hardLabels",
            "decpoints.js": "POINT_SETS, pointSet, shuffled, seeded",
            "decstarts.js": "kMeansStart, chanceStart, badStart",
            "decscores.js": "agreementOf, clusterSizes",
        },
        folder,
    )
    return page


def cloud(n: int, k: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 2) around k places, and centroids (k, 2) that are not there yet."""
    random = np.random.default_rng(seed)
    places = random.uniform(-3, 3, (k, 2))
    return places[np.arange(n) % k] + 0.7 * random.normal(size=(n, 2)), places + random.normal(size=(k, 2))


def by_torch(points, centroids, alpha, point_rate, centroid_rate, momentum):
    """The same by the package's own formulas, autograd and SGD: z, mu, q, KL before each iteration."""
    z, mu = (torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in (points, centroids))
    # the loss is a mean over the points, and each point only has a share of it
    groups = [{"params": [z], "lr": point_rate * len(points)}, {"params": [mu], "lr": centroid_rate}]
    # the velocity of a point is that of its share, too: SGD takes the rate outside of it
    optimizer = torch.optim.SGD(groups, lr=1.0, momentum=momentum)
    for _ in range(ITERATIONS + 1):
        log_q = log_soft_assignments(z, mu, alpha)
        p = target_distribution(log_q.detach().exp())
        loss = clustering_loss(log_q, p)
        yield z.detach().numpy().copy(), mu.detach().numpy().copy(), log_q.detach().exp().numpy(), loss.item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@pytest.fixture
def one_thread():
    """So little is not worth sharing: on busy cores threads wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("n", "k", "alpha", "momentum"), [(240, 3, 1.0, 0.0), (240, 3, 4.0, 0.0), (300, 6, 0.5, 0.0), (240, 3, 1.0, 0.9)]
)
def test_fifty_iterations_are_those_of_torch(n, k, alpha, momentum, dec, one_thread) -> None:
    """The lesson would teach another method than the one that the package runs."""
    points, centroids = cloud(n, k)
    settings = {"alpha": alpha, "pointRate": 0.7, "centroidRate": 2.0, "momentum": momentum}
    start = {"points": points.ravel().tolist(), "centroids": centroids.ravel().tolist(), "iterations": ITERATIONS}
    found = dec.evaluate(RUN, {**start, **settings})
    moved = 0.0
    for mine, (z, mu, q, kl) in zip(found, by_torch(points, centroids, alpha, 0.7, 2.0, momentum), strict=True):
        np.testing.assert_allclose(np.reshape(mine["q"], q.shape), q, atol=1e-9)
        np.testing.assert_allclose(np.reshape(mine["mu"], mu.shape), mu, atol=1e-9)
        np.testing.assert_allclose(np.reshape(mine["z"], z.shape), z, atol=1e-9)
        assert mine["kl"] == pytest.approx(kl, abs=1e-9)
        moved = np.abs(mu - centroids).max()
    assert moved > 0.3


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_a_hundred_steps_back_undo_a_hundred_steps(momentum, dec) -> None:
    """Whoever steps back would see another state than the one that was there."""
    points, centroids = cloud(2000, 4)
    start = {"points": points.ravel().tolist(), "centroids": centroids.ravel().tolist(), "steps": 100}
    found = dec.evaluate(THERE_AND_BACK, {**start, "momentum": momentum, "centroidRate": 4})
    assert found == {"undone": 101, "different": 101, "more": False}


def test_half_steps_and_acts_are_undone_one_by_one(dec) -> None:
    """Back would skip a half-step, or forget that a centroid was moved by hand."""
    found = dec.evaluate("""() => {
      const {points, k} = handed.pointSet("three blobs");
      const dec = new handed.Dec2d({points, centroids: handed.kMeansStart(points, k)});
      const acts = [() => dec.half(), () => dec.half(), () => dec.place(1, 0.5, -2), () => dec.place(1, 0.6, -2, true),
        () => dec.half(), () => dec.widen(3), () => dec.widen(2.5, true), ...Array(6).fill(() => dec.half())];
      const states = [dec.state], named = [];
      for (const act of acts) { named.push(dec.next); act(); states.push(dec.state); }
      const kept = [states[0], states[1], states[2], states[4], states[5], ...states.slice(7)], back = [];
      do back.push(dec.state); while (dec.halfBack());
      return {named, same: kept.reverse().map((state, at) => state === back[at]), count: [kept.length, back.length],
        mu: [...states[4].mu.slice(2, 4)], alpha: states[7].alpha, iteration: states.at(-1).iteration};
    }""")
    assert found["named"][:4] == ["q", "p", "gradient", "q"]
    assert all(found["same"]) and found["count"][0] == found["count"][1]
    assert found["mu"] == [0.6, -2] and found["alpha"] == 2.5 and found["iteration"] == 1


def test_far_points_and_points_on_centroids_have_numbers(dec) -> None:
    """A point dragged far away, or on a centroid, would make every number NaN."""
    places = [0.0, 0.0, 1e12, -1e12, 1.0, 0.0]
    centroids = [0.0, 0.0, 1.0, 0.0]
    for alpha in (0.25, 1.0, 30.0):
        q = np.array(
            dec.evaluate("([z, mu, a]) => [...handed.softAssign(z, mu, a)]", [places, centroids, alpha])
        ).reshape(3, 2)
        np.testing.assert_allclose(
            q,
            assignments.soft_assignments(np.reshape(places, (3, 2)), np.reshape(centroids, (2, 2)), alpha),
            atol=1e-12,
        )
        p = dec.evaluate("q => [...handed.targetOf(Float64Array.from(q), 2)]", q.ravel().tolist())
        np.testing.assert_allclose(np.reshape(p, (3, 2)), assignments.target_distribution(q), atol=1e-12)


@pytest.mark.parametrize("name", ["three blobs", "two unequal", "overlapping"])
def test_points_are_the_same_for_the_same_seed_and_look_as_they_are_told(name, dec) -> None:
    """A teacher would see other points than the students."""
    ask = """([name, seed]) => {
      const {points, kinds, k} = handed.pointSet(name, seed);
      return [[...points], [...kinds], k];
    }"""
    points, kinds, k = dec.evaluate(ask, [name, 5])
    assert [points, kinds, k] == dec.evaluate(ask, [name, 5]) != dec.evaluate(ask, [name, 6])
    blobs = dec.evaluate("name => handed.POINT_SETS[name]", name)
    assert np.bincount(kinds).tolist() == [blob[0] for blob in blobs] and k == len(blobs)
    xy = np.reshape(points, (-1, 2))
    for kind, (count, x, y, spread) in enumerate(blobs):
        some = xy[np.array(kinds) == kind]
        np.testing.assert_allclose(some.mean(axis=0), [x, y], atol=4 * spread / np.sqrt(count))
        np.testing.assert_allclose(some.std(axis=0), spread, rtol=4 / np.sqrt(2 * count))


def test_starts_and_scores_agree_with_scikit_learn(dec) -> None:
    """k-means would be a worse one than everybody else's, or the agreement another number."""
    points, _ = cloud(400, 5, seed=3)
    ask = "([z, k, seed]) => [...handed.kMeansStart(Float64Array.from(z), k, seed)]"
    mu = np.reshape(dec.evaluate(ask, [points.ravel().tolist(), 5, 1]), (5, 2))
    distances = ((points[:, None] - mu) ** 2).sum(axis=2)
    reference = KMeans(5, n_init=20, random_state=0).fit(points)
    assert distances.min(axis=1).sum() == pytest.approx(reference.inertia_, rel=1e-3)
    random = np.random.default_rng(0)
    for labels, kinds in [
        (random.integers(0, 4, 60), random.integers(0, 3, 60)),
        (np.repeat([0, 2], 9), np.repeat([1, 0], 9)),
        (np.zeros(9, int), np.arange(9) % 2),
    ]:
        found = dec.evaluate("([a, b]) => handed.agreementOf(a, b)", [labels.tolist(), kinds.tolist()])
        assert found == pytest.approx(adjusted_rand_score(kinds, labels), abs=1e-12)
