"""The boundary (docs/boundary.md) is a property of the program."""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np
import pytest

from risk_model import Petition, load
from risk_model.features import Indifference, make_batch, neutral_keys, word_keys
from risk_model.model import RiskModel
from risk_model.schema import Assessment, Due
from risk_model.schema import Petition as PetitionSchema
from risk_model.tables import COLUMNS, is_personal_name
from risk_model.taxonomy import DISCLAIMER, SUBTAGS, TAG_OF
from risk_model.text import segmenter
from risk_model.training.examples import corpus
from risk_model.training.neutrality import movements, probes, swap_places

#: Words that would name a person or keep a record of one.
PERSONAL = ("petitioner", "person", "citizen", "name", "phone", "address", "identity", "user", "author", "history")


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return load()


@pytest.fixture(scope="module")
def letters() -> list[Petition]:
    texts = corpus().texts[::16]
    return [Petition(title=t.split("\n", 1)[0], body=t.split("\n", 1)[1]) for t in texts]


def test_no_field_is_about_a_person() -> None:
    for kind in (PetitionSchema, Assessment, Due):
        for field in fields(kind):
            assert not any(word in field.name for word in PERSONAL), field.name
    assert not any(word in column.name for column in COLUMNS for word in PERSONAL)


@pytest.mark.parametrize(
    "name", ["姓名", "信访人", "身份证号", "联系电话", "家庭住址", "性别", "年龄", "民族", "微信号", "name", "phone"]
)
def test_columns_about_persons_are_known(name: str) -> None:
    assert is_personal_name(name)


def test_identifiers_reach_no_result(model: RiskModel) -> None:
    secret = {
        "phone": "13900001357",
        "card": "999999198001011234",
        "person": "欧阳建国",
        "mail": "abc.def@example.com",
        "plate": "湘AK3P57",
    }
    body = (
        f"我叫{secret['person']}，身份证{secret['card']}，电话{secret['phone']}，邮箱{secret['mail']}，车牌{secret['plate']}。"
        "村里二百多户的征地补偿款拖了三年没有发。"
    )
    told = json.dumps(model.assess(Petition(body=body), evidence=100).to_dict(), ensure_ascii=False)
    told += json.dumps(model.explain(body).to_dict(), ensure_ascii=False)
    for value in secret.values():
        assert value not in told


def test_every_assessment_says_what_it_is_and_leads_to_an_answer(model: RiskModel, letters: list[Petition]) -> None:
    for assessment in model.assess(letters[:40]):
        assert assessment.disclaimer == DISCLAIMER
        assert assessment.due.departments
        assert assessment.due.basis


def test_a_low_score_never_delays_the_clock(model: RiskModel) -> None:
    import datetime as dt

    day = dt.date(2026, 3, 2)
    low, high = model.assess(
        [
            Petition(body="请问老年证在哪里办", received=day),
            Petition(body="三百多名工人被拖欠半年工资，多次反映无果，正在厂门口聚集", received=day),
        ],
        evidence=0,
    )
    assert low.mass_incident_risk < high.mass_incident_risk
    assert (low.due.accept_by, low.due.finish_by) == (high.due.accept_by, high.due.finish_by)


def test_complaints_about_treatment_go_to_the_supervising_body() -> None:
    subtag = next(s for s in SUBTAGS if s.name == "petitioner_treatment")
    assert TAG_OF[subtag.name] == "governance"
    assert subtag.departments[0] == "纪委监委"


def test_swapping_places_changes_places_only() -> None:
    assert swap_places("K3县修路，从A7县到K3县", 0) == "A市修路，从K3县到A市"
    assert swap_places("没有地名", 0) == "没有地名"


#: Kinds that training knows. The others are measured, hold a line and wait for training to take them in (docs/study.md).
TAUGHT = ("ethnicity", "religion", "sex", "age", "origin", "lawful_step", "place")


@pytest.mark.parametrize("kind", TAUGHT)
def test_the_score_does_not_move_with_who_writes_or_a_lawful_step(
    model: RiskModel, letters: list[Petition], kind: str
) -> None:
    mean, largest = _moved(model, letters)[kind]
    assert mean <= 0.02
    assert largest <= 0.10


@pytest.mark.parametrize("kind", [k for k in probes() if k not in TAUGHT])
def test_what_is_said_in_passing_moves_no_more_than_measured(
    model: RiskModel, letters: list[Petition], kind: str
) -> None:
    mean, largest = _moved(model, letters)[kind]
    assert mean <= 0.06
    assert largest <= 0.60


def test_word_lists_take_in_trade_tone_and_masks() -> None:
    # Under the lists of this checkout, whatever the weights of the served model.
    keys, roles = neutral_keys()
    batch = make_batch(
        ["路灯坏了。我叫〔姓名〕。我是一名教师。强烈要求尽快解决！", "路灯坏了。保安打人。老师要求交钱。", "A7县修路"],
        segmenter(),
    )
    masked, asides = Indifference(keys, roles)(batch, word_keys(batch))
    words = segmenter().cut(
        "\x1e".join(
            [
                "路灯坏了。我叫〔姓名〕。我是一名教师。强烈要求尽快解决！",
                "路灯坏了。保安打人。老师要求交钱。",
                "A7县修路",
                "",
            ]
        )
    )
    kept = "".join(w for w, m, a in zip(words, masked, asides, strict=True) if not m and not a)
    assert kept.split("\x1e")[:3] == ["路灯坏了。", "路灯坏了。保安打人。老师要求交钱。", "修路"]


_CACHE: dict[str, dict[str, tuple[float, float]]] = {}


def _moved(model: RiskModel, letters: list[Petition]) -> dict[str, tuple[float, float]]:
    if model.version not in _CACHE:
        _CACHE[model.version] = movements(model, letters)
    return _CACHE[model.version]


def test_harsh_words_alone_do_not_raise_the_score(model: RiskModel) -> None:
    harsh = "你们这些当官的简直是一群废物，拿着俸禄不干人事，太让人失望了！"
    plain = [Petition(body=b) for b in ("我家门口的路灯坏了一个月", "楼上邻居晚上总是拖椅子", "公交车等了四十分钟")]
    before = model.probabilities(plain)
    after = model.probabilities([Petition(body=p.body + "。" + harsh) for p in plain])
    assert np.all(after[:, -2] < 0.5)
    assert np.all(after[:, -2] - before[:, -2] < 0.25)
