"""Three days of the proof: the whole of it (`make proof-real`) lasts thirty, with twenty employees."""

from pathlib import Path

import pytest

from tests.proof_real.misfortunes import Counts
from tests.proof_real.report import proven
from tests.proof_real.slope import theil_sen

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.mark.timeout(900)
def test_three_days_of_a_company_that_is_struck_again_and_again(tmp_path: Path) -> None:
    examined = proven(days=3, employees=8, mails=380, seed=11, folder=tmp_path, out=tmp_path / "report")

    assert [str(fault) for fault in examined.faults] == []
    assert examined.figures["mails and invitations that people sent"] > 300
    assert examined.figures["calls of a model"] == 0
    assert (tmp_path / "report" / "report.md").read_text().count("it holds")


def test_a_slope_is_that_of_the_line_whatever_a_few_points_say() -> None:
    xs = [float(x) for x in range(40)]
    line = [3.0 * x + 5 for x in xs]
    line[7], line[20] = 1000.0, -1000.0

    slope = theil_sen(xs, line)

    assert slope.low <= slope.value <= slope.high
    assert slope.value == pytest.approx(3.0)
    assert not slope.contains_zero


def test_what_goes_up_and_down_has_no_slope() -> None:
    xs = [float(x) for x in range(40)]

    assert theil_sen(xs, [10.0 + (x * 7) % 5 for x in xs]).contains_zero


def test_a_long_run_is_struck_as_often_as_it_has_to_be() -> None:
    from tests.proof_real.misfortunes import counts

    much = counts(30)
    assert isinstance(much, Counts)
    assert much.kills >= 300 and much.offices >= 20 and much.falls >= 20
