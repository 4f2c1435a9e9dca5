"""Writes api/pages/static/: the style sheets and the script of the GOV.UK Design System, without what is only for GOV.UK.

    python3 bootstrap/vendor_assets.py

It asks `npm pack` for two packages by version, holds them to the hashes below, and changes three things: fonts, the font's name and
the crest go, since they belong to GOV.UK; of the Ministry of Justice's components only those that the pages use stay; the addresses of source maps go.
"""

import base64
import hashlib
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "api" / "pages" / "static"
GOVUK = "govuk-frontend@6.3.0"
GOVUK_SHA512 = "cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA=="
MOJ = "@ministryofjustice/frontend@11.1.0"
MOJ_SHA512 = "1bkUbm2M4DpcpX/pOmumQRBsbJco9W2RwmJv5h/ZC/ZqrAOn2/FjpF+A7vS0gs7oMXBizr9O5huDrSYbLx73Nw=="
MOJ_PARTS = ("moj-timeline", "moj-filter", "moj-badge", "moj-scrollable-pane", "moj-sub-navigation")
ONLY_FOR_GOVUK = ("govuk-footer__copyright-logo", "govuk-footer__crown", "govuk-footer__licence-logo", "govuk-header__logotype")
FORBIDDEN = re.compile(r"@font-face|GDS Transport|crest|crown|/assets/|https?://(?!www\.w3\.org/)[a-z]|sourceMappingURL", re.IGNORECASE)


def packed(package, sha512, into):
    """The opened archive of a package, as the registry holds it and as it was when its hash was written down here."""
    told = subprocess.run(["npm", "pack", "--silent", package], cwd=into, check=True, capture_output=True, text=True)
    archive = Path(into) / told.stdout.strip().splitlines()[-1]
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != sha512:
        raise SystemExit(f"{package} is not what it was: sha512-{found}")
    return tarfile.open(archive)


def text_of(archive, name):
    return archive.extractfile(f"package/{name}").read().decode()


def rules(css):
    """The rules of a style sheet, each as (what stands before its braces, what stands in them)."""
    at = 0
    while (opened := css.find("{", at)) >= 0:
        depth, end = 1, opened + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[at:opened].rpartition(";")[2].strip(), css[opened + 1 : end - 1]
        at = end


def only(css, wanted):
    """The style sheet with those rules whose selector is wanted, also within @media and @supports."""
    kept = []
    for before, within in rules(css):
        if before.startswith(("@media", "@supports")):
            if inner := only(within, wanted):
                kept.append(f"{before}{{{inner}}}")
        elif wanted(before):
            kept.append(f"{before}{{{within}}}")
    return "".join(kept)


def plain(css):
    """Without comments, source map and the font's name."""
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).replace("GDS Transport,", "").replace("\n", "")


def of_govuk(css):
    return only(plain(css), lambda told: told != "@font-face" and not any(each in told for each in ONLY_FOR_GOVUK))


def of_moj(css):
    return only(plain(css), lambda told: any(f".{part}" in told for part in MOJ_PARTS))


def without_images(css):
    """The Ministry's icons are not kept: a rule that shows one says so in words on our pages."""
    return re.sub(r"background-image:url\(/assets/[^)]*\);?", "", css)


def write(name, text):
    if found := FORBIDDEN.search(text):
        raise SystemExit(f"{name} still has {found.group()}")
    (STATIC / name).write_text(text.strip() + "\n", encoding="utf-8")
    print(f"{name}: {len(text):,} bytes, sha256 {hashlib.sha256((STATIC / name).read_bytes()).hexdigest()}")


def main():
    STATIC.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        govuk, moj = packed(GOVUK, GOVUK_SHA512, folder), packed(MOJ, MOJ_SHA512, folder)
        write("govuk.css", of_govuk(text_of(govuk, "dist/govuk/govuk-frontend.min.css")))
        write("moj.css", without_images(of_moj(text_of(moj, "moj/moj-frontend.min.css"))))
        script = text_of(govuk, "dist/govuk/govuk-frontend.min.js")
        write("govuk.js", re.sub(r"//# sourceMappingURL=\S+", "", script))


if __name__ == "__main__":
    main()
