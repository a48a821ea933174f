"""A department's own set of two groups, made up for tests, as it is kept while it is written."""

import datetime as dt
from typing import Any

from certflow.criteria.rating_sets import SetNames
from certflow.gateways.unit_sources.data import UnitRow
from certflow.models.units import Unit
from certflow.units import importing
from tests import make

HEAD = SetNames(
    title_vi="Bộ tiêu chí xếp loại trung tâm học tập cộng đồng",
    title_en="",
    document_number="Quyết định số 812/QĐ-SGDĐT",
    document_date=dt.date(2025, 5, 2),
    issuer="Sở Giáo dục và Đào tạo tỉnh Đồng Nai",
    total="20",
)
CONTENT: dict[str, Any] = {
    "total": "20",
    "criteria": [
        {
            "title": {"vi": "Bộ máy quản lý", "en": "Management structure"},
            "source": "Hướng dẫn của Bộ GDĐT, nhóm 1",
            "indicators": [
                {"kind": "yes_no", "most": "5", "title": {"vi": "Có ban giám đốc", "en": ""}},
                {"kind": "points", "most": "15", "step": "0.5", "title": {"vi": "Kế hoạch năm", "en": ""}},
            ],
        },
        {
            "title": {"vi": "Nhận xét", "en": ""},
            "source": "",
            "indicators": [{"kind": "text", "part": "findings", "title": {"vi": "Hạn chế", "en": ""}}],
        },
    ],
    "bands": [
        {"name": "band_1", "title": {"vi": "Khá", "en": ""}, "at_least": "0"},
        {"name": "band_2", "title": {"vi": "Tốt", "en": ""}, "at_least": "12"},
    ],
    "caps": [
        {"title": {"vi": "1.2 dưới 5 điểm: Khá", "en": ""}, "band": "band_1", "indicator": "1.2", "below": "5"},
    ],
}


def another_province() -> Unit:
    """A second province, with nothing below it."""
    importing.import_units([UnitRow("20", "province", "Tỉnh", "Tỉnh Lạng Sơn", "Lạng Sơn", None)])
    return make.units()["Tỉnh Lạng Sơn"]
