"""Makes HTML of docs/errors.md. A heading of a reason, ``## kind: Title``, becomes the
place ``#kind``, which the addon's sentences lead to.
"""

import re
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "docs" / "errors.md"
PAGE = ROOT / "dokstamp_connector" / "static" / "docs" / "errors.html"
KIND = re.compile(r"<h2>(\w+): (.*)</h2>")
FRAME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>DokStamp Connector: all reasons</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; }}
body {{ max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ margin-top: 3rem; }}
h2 {{ margin: 2rem 0 0; font-size: 1.1rem; }}
h2:target {{ border-left: 4px solid #714b67; padding-left: .5rem; }}
p {{ margin-top: .3rem; }}
td, th {{ border-bottom: 1px solid #8888; padding: .3rem .6rem; }}
td, th {{ text-align: left; vertical-align: top; }}
</style>
</head>
<body>
{body}</body>
</html>
"""


def main():
    body = MarkdownIt("commonmark").enable("table").render(SOURCE.read_text())
    body = KIND.sub(r'<h2 id="\1">\2</h2>', body)
    # what is no page that is shipped is said without a link
    body = re.sub(r'<a href="[^"]*\.md[^"]*">(.*?)</a>', r"\1", body)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(FRAME.format(body=body))


if __name__ == "__main__":
    main()
