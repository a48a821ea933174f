"""What the resolutions of June 2025 say where the data package does not: their numbers, and what it mixes up.

The numbers by province are those of the 34 resolutions of the Standing Committee, all of 16 June 2025. The
package's converter went by the names of communes alone, so that two communes of one name in a merged province
share their successors; each of these was looked up in its resolution, as printed in the repository
dvhcvn/20250701 (MIT), folder input/docs.
"""

from typing import Literal, NamedTuple

Extent = Literal["whole", "part"]

PROVINCES_RESOLUTION = "202/2025/QH15"
DISTRICTS_RESOLUTION = "203/2025/QH15"

# By the code of the province since 1 July 2025.
COMMUNES_RESOLUTION = {
    "01": "1656/NQ-UBTVQH15",
    "04": "1657/NQ-UBTVQH15",
    "08": "1684/NQ-UBTVQH15",
    "11": "1661/NQ-UBTVQH15",
    "12": "1670/NQ-UBTVQH15",
    "14": "1681/NQ-UBTVQH15",
    "15": "1673/NQ-UBTVQH15",
    "19": "1683/NQ-UBTVQH15",
    "20": "1672/NQ-UBTVQH15",
    "22": "1679/NQ-UBTVQH15",
    "24": "1658/NQ-UBTVQH15",
    "25": "1676/NQ-UBTVQH15",
    "31": "1669/NQ-UBTVQH15",
    "33": "1666/NQ-UBTVQH15",
    "37": "1674/NQ-UBTVQH15",
    "38": "1686/NQ-UBTVQH15",
    "40": "1678/NQ-UBTVQH15",
    "42": "1665/NQ-UBTVQH15",
    "44": "1680/NQ-UBTVQH15",
    "46": "1675/NQ-UBTVQH15",
    "48": "1659/NQ-UBTVQH15",
    "51": "1677/NQ-UBTVQH15",
    "52": "1664/NQ-UBTVQH15",
    "56": "1667/NQ-UBTVQH15",
    "66": "1660/NQ-UBTVQH15",
    "68": "1671/NQ-UBTVQH15",
    "75": "1662/NQ-UBTVQH15",
    "79": "1685/NQ-UBTVQH15",
    "80": "1682/NQ-UBTVQH15",
    "82": "1663/NQ-UBTVQH15",
    "86": "1687/NQ-UBTVQH15",
    "91": "1654/NQ-UBTVQH15",
    "92": "1668/NQ-UBTVQH15",
    "96": "1655/NQ-UBTVQH15",
}


class Ruling(NamedTuple):
    """Where one commune went, by a clause of article 1 of its province's resolution."""

    code: str
    new_code: str
    extent: Extent
    clause: int


RULINGS = (
    # 1668/NQ-UBTVQH15, Cần Thơ
    Ruling("31268", "31288", "whole", 36),  # Tân Thạnh (Thới Lai) -> Trường Thành
    Ruling("31666", "31666", "whole", 71),  # Tân Thạnh (Long Phú) -> Tân Thạnh
    Ruling("31246", "31246", "whole", 43),  # Thạnh Quới (Vĩnh Thạnh) -> Thạnh Quới
    Ruling("31714", "31726", "whole", 66),  # Thạnh Quới (Mỹ Xuyên) -> Gia Hòa
    Ruling("31378", "31378", "whole", 57),  # Phú Hữu (Châu Thành, Hậu Giang) -> Phú Hữu
    Ruling("31657", "31654", "whole", 69),  # Phú Hữu (Long Phú) -> Trường Khánh
    Ruling("31379", "31378", "whole", 57),  # Phú Tân (Châu Thành, Hậu Giang) -> Phú Hữu
    Ruling("31582", "31582", "whole", 80),  # Phú Tân (Châu Thành, Sóc Trăng) -> Thuận Hòa
    Ruling("31483", "31495", "whole", 50),  # Thuận Hưng (Long Mỹ) -> Xà Phiên
    Ruling("31606", "31591", "whole", 84),  # Thuận Hưng (Mỹ Tú) -> Mỹ Hương
    Ruling("31438", "31408", "whole", 64),  # Tân Long (Phụng Hiệp) -> Thạnh Hòa
    Ruling("31741", "31741", "whole", 85),  # Tân Long (Ngã Năm) -> Tân Long
    Ruling("31474", "31473", "whole", 18),  # Long Bình (Long Mỹ) -> Long Bình
    Ruling("31744", "31741", "whole", 85),  # Long Bình (Ngã Năm) -> Tân Long
    Ruling("31480", "31480", "whole", 20),  # Long Phú (Long Mỹ) -> Long Phú 1
    Ruling("31669", "31639", "whole", 72),  # Long Phú (Long Phú) -> Long Phú
    # 1669/NQ-UBTVQH15, Hải Phòng
    Ruling("11890", "11911", "whole", 63),  # Hòa Bình (Vĩnh Bảo) -> Nguyễn Bỉnh Khiêm
    Ruling("10798", "10843", "part", 79),  # Hòa Bình (Kim Thành) -> Hà Nam
    Ruling("10798", "10804", "part", 112),  # Hòa Bình (Kim Thành) -> Kim Thành
    # 1663/NQ-UBTVQH15, Đồng Tháp
    Ruling("28252", "28249", "whole", 84),  # Phường 4 (Mỹ Tho) -> Đạo Thạnh
    Ruling("28270", "28270", "whole", 86),  # Phường 6 (Mỹ Tho) -> Thới Sơn
    Ruling("29902", "29905", "whole", 98),  # Phường 3 (Sa Đéc) -> Sa Đéc
    Ruling("29908", "29905", "whole", 98),  # Phường 4 (Sa Đéc) -> Sa Đéc
    Ruling("28437", "28435", "whole", 99),  # Phường 3 (Cai Lậy) -> Mỹ Phước Tây
    Ruling("28439", "28439", "whole", 101),  # Phường 4 (Cai Lậy) -> Cai Lậy
    # 1682/NQ-UBTVQH15, Tây Ninh
    Ruling("27691", "27694", "whole", 84),  # Phường 4 (Tân An) -> Long An
    Ruling("25462", "25459", "whole", 87),  # Phường IV (Tây Ninh) -> Tân Ninh
    # 1687/NQ-UBTVQH15, Vĩnh Long
    Ruling("29623", "29623", "whole", 3),  # Mỹ An (Mang Thít) -> Nhơn Phú
    Ruling("29734", "29734", "whole", 20),  # Hòa Lộc (Tam Bình) -> Hòa Hiệp
    Ruling("28924", "28921", "whole", 68),  # Hòa Lộc (Mỏ Cày Bắc) -> Tân Thành Bình
    # 1672/NQ-UBTVQH15, Lạng Sơn
    Ruling("06079", "06079", "whole", 10),  # Hồng Phong (Bình Gia) -> Hồng Phong
)
