"""Write every page anew, and take away those that nothing writes any more."""

from tests.pages import pages, standing

written = pages()
for path, text in written.items():
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
for path in standing() - set(written):
    path.unlink()
print(f"{len(written)} pages")
