"""Facts of papers for the tests, and what a reader finds in the PDFs made from them."""

import io
from collections.abc import Mapping
from typing import Any

import pikepdf
import pypdfium2
import zxingcpp
from PIL import Image

from certflow.gateways.pdf.inspection import texts_of
from certflow.gateways.pdf.printing import PRINTED

TEMPLATES = ("recognition_decision", "refusal_letter", "certificate")
VERIFY_CODE = "ABCD-EFGH-JKLM-NPQR-STUV"
ALPHABET = (
    "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
    " AÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬEÈÉẺẼẸÊỀẾỂỄỆIÌÍỈĨỊOÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢUÙÚỦŨỤƯỪỨỬỮỰYỲÝỶỸỴĐ ₫"
)
FACTS: dict[str, Any] = {
    "issuing_parent": "ỦY BAN NHÂN DÂN HUYỆN CẨM MỸ",
    "issuing_office": "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO",
    "number_text": "05/QĐ-PGDĐT",
    "place": "Cẩm Mỹ",
    "issued_on": "2026-02-04",
    "signatory": {"capacity": "KT. TRƯỞNG PHÒNG", "position": "PHÓ TRƯỞNG PHÒNG", "name": "Nguyễn Thị Hoa"},
    "unit": "Xã Xuân Tây",
    "unit_parent": "huyện Cẩm Mỹ",
    "tier": "xã",
    "province": "tỉnh Đồng Nai",
    "level": 1,
    "assessed_year": 2025,
    "recognised_on": "2026-02-04",
    "valid_until": "2029-02-04",
    "validity_source": "Thông tư số 25/2023/TT-BGDĐT, Điều 5 khoản 4",
    "title": "Về việc công nhận xã Xuân Tây đạt “Cộng đồng học tập” cấp xã mức độ 1",
    "subject": "V/v không công nhận “Cộng đồng học tập” năm 2025 đối với xã Xuân Tây",
    "authority": "TRƯỞNG PHÒNG GIÁO DỤC VÀ ĐÀO TẠO",
    "legal_bases": [
        "Căn cứ Thông tư số 25/2023/TT-BGDĐT ngày 27 tháng 12 năm 2023 của Bộ trưởng Bộ Giáo dục và Đào tạo",
        "Căn cứ Kế hoạch số 367/KH-UBND ngày 25 tháng 01 năm 2024 của Ủy ban nhân dân tỉnh Đồng Nai",
    ],
    "proposal": "Theo đề nghị của bộ phận chuyên môn",
    "articles": [
        "Xã Xuân Tây, huyện Cẩm Mỹ, tỉnh Đồng Nai được đánh giá cho năm 2025.",
        "Quyết định này có hiệu lực kể từ ngày ký.",
    ],
    "recipients": ["Như Điều 2", "Sở Giáo dục và Đào tạo (để báo cáo)"],
    "filing": "VT",
    "addressee": "Ủy ban nhân dân xã Xuân Tây",
    "reasons": ["Chỉ tiêu 5.1: tỷ lệ công dân học tập đạt 45,2%, thấp hơn mức 60%.", ALPHABET],
    "decision_number_text": "05/QĐ-PGDĐT",
    "decision_date": "2026-02-04",
    "verify_url": f"https://congdonghoctap.example/verify/{VERIFY_CODE}",
    "verify_code": VERIFY_CODE,
    "marks": ["Bộ tiêu chí chép lại từ Bộ pháp điển, chưa được cơ quan giáo dục xác nhận"],
    "practice": False,
    "sample": False,
    "statement": "đạt “Cộng đồng học tập” cấp xã mức độ 1",
    "award": "mức độ 1",
    "grade": "",
    "validity": "",
}
SAMPLE = {"sample": True, "number_text": "", "decision_number_text": ""}


def printed(template: str, facts: Mapping[str, Any]) -> list[str]:
    """Every text that `template` must show."""
    sometimes = ("validity_source", "decision_number_text") if template == "certificate" else ()
    return list(texts_of([facts[name] for name in (*PRINTED[template], *sometimes)]))


def close_up(text: str) -> str:
    """`text` without any space: where a line breaks is the engine's business."""
    return "".join(text.split())


def pages(content: bytes) -> list[str]:
    """The text of each page as a reader copies it."""
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_range() for page in document]


def pictures(content: bytes, scale: float = 2.0) -> list[Image.Image]:
    """Each page as a grey picture, `scale` dots a point."""
    with pypdfium2.PdfDocument(content) as document:
        return [page.render(scale=scale, grayscale=True).to_pil() for page in document]


def qr_codes(content: bytes) -> list[str]:
    """What a reader of QR codes sees on the pages."""
    return [code.text for picture in pictures(content) for code in zxingcpp.read_barcodes(picture)]


def poor_fonts(content: bytes) -> list[str]:
    """The fonts that are not embedded or cannot be copied as text; asserts that there are fonts at all."""
    poor, seen = [], 0
    with pikepdf.open(io.BytesIO(content)) as document:
        for page in document.pages:
            for font in page.resources.get("/Font", pikepdf.Dictionary()).values():
                seen += 1
                descriptor = font.get("/DescendantFonts", [font])[0].get("/FontDescriptor", pikepdf.Dictionary())
                embedded = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
                if not embedded or "/ToUnicode" not in font:
                    poor.append(str(font.BaseFont))
    assert seen, "there is no font, so there is no text"
    return poor
