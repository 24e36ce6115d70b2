"""Pictures by their digest: re-encoded, bounded, stored once, never changed."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from trainer.bank.pictures import LARGEST, MIMES
from trainer.errors import ContentError, InputError
from trainer.models import Asset

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True)
class Picture:
    """A picture as it is stored: bytes of at most 2 MB that we encoded ourselves."""

    sha256: str
    mime: str
    data: bytes


def prepare_picture(data: bytes) -> Picture:
    """The picture encoded anew without its metadata, at most 1,600 pixels a side; raises InputError where it is none."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise InputError("图片的尺寸太大，请缩小到 6000 像素以内。", "file")
            image = ImageOps.exif_transpose(opened)
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
            image = image.convert("RGBA" if clear else "RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InputError("图片打不开。请换成 PNG 或 JPG。", "file") from error
    found = _encoded(image, "PNG", "image/png")
    if len(found.data) > 400_000 and not clear:
        found = _encoded(image, "JPEG", "image/jpeg")
    if len(found.data) > LARGEST:
        raise InputError("图片压缩后仍超过 2 MB，请换一张小些的。", "file")
    return found


def _encoded(image: Image.Image, form: str, mime: str) -> Picture:
    out = io.BytesIO()
    image.save(out, form, optimize=True, **({"quality": 85} if form == "JPEG" else {}))
    return Picture(hashlib.sha256(out.getvalue()).hexdigest(), mime, out.getvalue())


def store_picture(session: Session, picture: Picture) -> None:
    """Keep the picture, where it is not kept already."""
    if session.get(Asset, picture.sha256) is None:
        session.add(Asset(sha256=picture.sha256, mime=picture.mime, data=picture.data))
        session.flush()


def store_files(session: Session, pictures: Mapping[str, Path]) -> int:
    """Keep the pictures of a bank as they are, under the digests of their content; how many are new. Raises ContentError for one that cannot be opened."""
    known = stored_pictures(session)
    new = {digest: path for digest, path in pictures.items() if digest not in known}
    for digest, path in new.items():
        data = path.read_bytes()
        try:
            with Image.open(io.BytesIO(data)) as opened:
                too_large = opened.width * opened.height > MOST_PIXELS
                opened.verify()
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise ContentError(f"{path.name}：图片打不开，请换一张。") from error
        if too_large:
            raise ContentError(f"{path.name}：图片的尺寸太大，请缩小到 6000 像素以内。")
        store_picture(session, Picture(digest, MIMES[path.suffix[1:]], data))
    return len(new)


def stored_pictures(session: Session) -> frozenset[str]:
    """The digests of all pictures that are kept."""
    return frozenset(session.scalars(select(Asset.sha256)))


def find_picture(session: Session, sha256: str) -> Picture | None:
    """The picture with its bytes."""
    row = session.scalar(select(Asset).where(Asset.sha256 == sha256).options(undefer(Asset.data)))
    return Picture(row.sha256, row.mime, row.data) if row is not None else None


def picture_name(picture: Picture) -> str:
    """A file name for the picture in an export."""
    return f"{picture.sha256[:16]}.{ENDINGS.get(picture.mime, 'bin')}"
