"""A certificate with everything around it, against typst alone and against pdfkit."""

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import typst

from certflow.config import resource
from certflow.gateways.pdf import printing, typst_engine
from certflow.gateways.pdf.qr import as_svg

FACTS: dict[str, Any] = {
    "issuing_parent": "ỦY BAN NHÂN DÂN HUYỆN CẨM MỸ",
    "issuing_office": "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO",
    "number_text": "05/GCN-CĐHT",
    "place": "Cẩm Mỹ",
    "issued_on": "2026-02-24",
    "signatory": {"capacity": "", "position": "TRƯỞNG PHÒNG", "name": "Nguyễn Thị Hoa"},
    "unit": "Xã Xuân Tây",
    "unit_parent": "huyện Cẩm Mỹ",
    "province": "tỉnh Đồng Nai",
    "level": 1,
    "assessed_year": 2025,
    "recognised_on": "2026-02-24",
    "valid_until": "2029-12-31",
    "validity_source": "Thông tư số 25/2023/TT-BGDĐT, Điều 5 khoản 4",
    "title": "Chứng nhận xã Xuân Tây đạt “Cộng đồng học tập” cấp xã mức độ 1",
    "decision_number_text": "05/QĐ-PGDĐT",
    "decision_date": "2026-02-24",
    "verify_url": "http://127.0.0.1:8000/verify/ABCD-EFGH-JKLM-NPQR-STUV",
    "verify_code": "ABCD-EFGH-JKLM-NPQR-STUV",
}


def measure(count: int) -> dict[str, float]:
    """Median milliseconds of a certificate, of the same template by typst alone, and by pdfkit."""
    folder = resource("templates") / "results" / "documents"
    fonts = typst.Fonts()
    inputs = {
        "facts": json.dumps(printing.OPTIONAL | FACTS),
        "face": typst_engine.face(),
        "qr": as_svg(FACTS["verify_url"]),
    }

    def bare() -> None:
        typst.compile(
            folder / "certificate.typ",
            root=folder,
            font_paths=fonts,
            sys_inputs=inputs,
            pdf_standards=["a-3a", "ua-1"],
        )

    return {
        "certificate": _median(lambda: printing.render("certificate", FACTS), count),
        "typst alone": _median(bare, count),
        "pdfkit": _median(lambda: printing.render("certificate", FACTS, engine="pdfkit"), max(3, count // 10)),
    }


def _median(act: Callable[[], object], count: int) -> float:
    act()
    times = []
    for _n in range(count):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)
