"""SpaceNet scenarios: places, legs, spacecraft and every burn, from JSON and from XML with references.

The masses are by the rocket equation with 9.81 m/s2: 10 t burn 2,000 m/s at 300 s and leave 5,068.4 kg.
"""

from __future__ import annotations

import json
from math import exp
from pathlib import Path
from typing import Any

import pytest

from sim.front.plan import plan_of
from sim.interchange.bringing import Wishes, bring_in
from sim.interchange.foreign import ForeignError
from tests.unit.interchange.plans import written

JSON: dict[str, Any] = {
    "name": "Box",
    "startDate": "2033-03-01T06:00:00Z",
    "network": {
        "nodes": [
            {"id": "o", "name": "Low Orbit", "type": "Orbital Node", "body1": "Moon", "apoapsis": 100, "periapsis": 100,
             "inclination": 90},
            {"id": "s", "name": "Rim", "type": "Surface Node", "body1": "Moon", "latitude": -88, "longitude": 200},
        ],
        "edges": [
            {"id": "d", "name": "Down", "type": "Space Edge", "origin": "o", "destination": "s", "duration": "PT2H",
             "burns": [{"id": "b", "time": "PT0S", "deltaV": 2000}]},
        ],
    },
    "missionList": [
        {"name": "Drop", "startDate": "2033-03-01T06:00:00Z", "events": [
            {"name": "Move", "type": "Move Elements", "priority": 1, "missionTime": "P2D", "elements": ["box"],
             "container": "s"},
            {"name": "Make", "type": "Create Elements", "priority": 1, "missionTime": "PT0S", "elements": ["l"],
             "container": "o"},
            {"name": "Load", "type": "Create Elements", "priority": 2, "missionTime": "PT0S", "elements": ["box"],
             "container": "l"},
            {"name": "Land", "type": "Space Transport", "priority": 1, "missionTime": "P1D", "elements": ["l"],
             "edge": "d", "burnStageSequence": [{"burn": "b", "actions": [{"element": "l", "type": "Burn"}]}]},
        ]},
    ],
    "elementTemplates": [
        {"id": "L", "name": "Lander", "type": "Propulsive Vehicle", "mass": 3000, "isp": 300, "maxCargoMass": 1000,
         "fuel": {"amount": 6000}},
        {"id": "B", "name": "Box", "type": "Element", "mass": 1000},
    ],
    "instantiatedElements": [{"id": "l", "templateId": "L", "name": "Drop | Lander"},
                             {"id": "box", "templateId": "B", "name": "Drop | Box"}],
}  # fmt: skip

JAVA = """<scenario><name>Box</name><startDate>2033-03-01 06:00:00.0 UTC</startDate>
<dataSource><nodeLibrary>
<orbitalNode><name>Low Orbit</name><body>MOON</body><inclination>90</inclination><periapsis>100</periapsis>
<apoapsis>100</apoapsis></orbitalNode>
<surfaceNode><name>Rim</name><body>MOON</body><latitude>-88</latitude><longitude>200</longitude></surfaceNode>
</nodeLibrary></dataSource>
<network><nodes><orbitalNode reference="../../../dataSource/nodeLibrary/orbitalNode"/>
<surfaceNode reference="../../../dataSource/nodeLibrary/surfaceNode"/></nodes><edges>
<spaceEdge><name>Down</name><origin reference="../../../nodes/orbitalNode"/>
<destination reference="../../../nodes/surfaceNode"/><duration>0.08333333</duration>
<burns><burn><time>0.0</time><deltaV>2000</deltaV></burn></burns></spaceEdge></edges></network>
<missionList><m.Mission><name>Drop</name><eventList>
<e.CreateEvent><name>Make</name><time>0</time><priority>1</priority><elements>
<x.PropulsiveVehicle><name>Drop | Lander</name><mass>3000</mass><maxCargoMass>1000</maxCargoMass><omsIsp>300</omsIsp>
<omsFuelTank><mass>0</mass><amount>6000</amount></omsFuelTank></x.PropulsiveVehicle></elements>
<container reference="../../../../../network/nodes/orbitalNode"/></e.CreateEvent>
<e.CreateEvent><name>Load</name><time>0</time><priority>2</priority><elements>
<x.Element><name>Drop | Box</name><mass>1000</mass></x.Element></elements>
<container reference="../../e.CreateEvent/elements/x.PropulsiveVehicle"/></e.CreateEvent>
<e.SpaceTransport><name>Land</name><time>1</time><priority>1</priority>
<edge reference="../../../../../network/edges/spaceEdge"/>
<elements><x.PropulsiveVehicle reference="../../../e.CreateEvent/elements/x.PropulsiveVehicle"/></elements>
<burnStageSequence><list><i><burnStage>Burn</burnStage>
<element reference="../../../../../e.CreateEvent/elements/x.PropulsiveVehicle"/></i></list></burnStageSequence>
</e.SpaceTransport>
<e.MoveEvent><name>Move</name><time>2</time><priority>1</priority>
<elements><x.Element reference="../../../e.CreateEvent[2]/elements/x.Element"/></elements>
<container reference="../../../../../network/nodes/surfaceNode"/></e.MoveEvent>
</eventList></m.Mission></missionList></scenario>"""


@pytest.fixture(params=["json", "java"])
def plan(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the scenario of one flight, brought in from both forms."""
    text = json.dumps(JSON) if request.param == "json" else JAVA
    brought = bring_in(written(tmp_path, "box.net", text), "box.net", "box", Wishes())
    return written(tmp_path, "box.yaml", brought.draft.text())


def test_the_propellant_left_is_that_of_the_rocket_equation(plan: Path) -> None:
    (sheet,) = plan_of(plan).sheets
    left_kg = 10_000.0 / exp(2000.0 / (300.0 * 9.81)) - 4_000.0
    assert sheet.flights[0].stages[0].propellant_left_kg == pytest.approx(left_kg, abs=0.01)


def test_events_run_in_order_of_time_and_priority(plan: Path) -> None:
    text = plan.read_text(encoding="utf-8")
    assert "cargo: [box]" in text
    assert "load: {lander: 1000 kg}" in text


def test_a_longitude_beyond_half_a_turn_is_west(plan: Path) -> None:
    assert "longitude: -160 deg" in plan.read_text(encoding="utf-8")


def test_a_reference_that_leads_nowhere_is_refused_with_its_line(tmp_path: Path) -> None:
    text = JAVA.replace("../../../nodes/orbitalNode", "../../../nodes/orbitalNode[7]")
    with pytest.raises(ForeignError, match=r"box\.net:9:1: the reference .* leads nowhere"):
        bring_in(written(tmp_path, "box.net", text), "box.net", "box", Wishes())


def test_references_in_a_circle_are_refused(tmp_path: Path) -> None:
    text = JAVA.replace("../../../dataSource/nodeLibrary/orbitalNode", "../orbitalNode")
    with pytest.raises(ForeignError, match="references lead to each other in a circle"):
        bring_in(written(tmp_path, "box.net", text), "box.net", "box", Wishes())


def test_an_event_that_names_nothing_is_refused(tmp_path: Path) -> None:
    text = json.dumps(JSON).replace('"elements": ["box"]', '"elements": ["bix"]')
    with pytest.raises(ForeignError, match="an event names the element 'bix'"):
        bring_in(written(tmp_path, "box.net", text), "box.net", "box", Wishes())
