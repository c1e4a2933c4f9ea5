"""The text that takes the place of an Azure client."""

from __future__ import annotations

import textwrap

import pytest

from migrator.config import Settings
from migrator.planning.plan import plan_file
from migrator.rewriting.apply import rewrite

SETTINGS = Settings().updated({"azure-v1": True, "unknown-hosts": "rewrite"}, "test")
CALL = 'client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])\n'


def rewritten(text: str) -> str:
    data = textwrap.dedent(text).lstrip("\n").encode()
    plan = plan_file("m.py", data, SETTINGS)
    return rewrite(data, plan).data.decode()


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ('"https://a.openai.azure.com"', '"https://a.openai.azure.com/openai/v1/"'),
        ("'https://a.openai.azure.com/'", "'https://a.openai.azure.com/openai/v1/'"),
        ('f"https://{n}.openai.azure.com"', 'f"https://{n}.openai.azure.com/openai/v1/"'),
        ("E", "f\"{E.rstrip('/')}/openai/v1/\""),
        ("conf.end", "f\"{conf.end.rstrip('/')}/openai/v1/\""),
        ('conf["end"]', "f\"{conf['end'].rstrip('/')}/openai/v1/\""),
        ('a or conf["e"]', "f\"{(a or conf['e']).rstrip('/')}/openai/v1/\""),
        ('os.getenv("E")', "f\"{os.environ['E'].rstrip('/')}/openai/v1/\""),
        ("KNOWN", 'f"{KNOWN}/openai/v1/"'),
    ],
)
def test_addresses(given: str, written: str) -> None:
    head = 'import os\nfrom openai import AzureOpenAI\nKNOWN = "https://a.openai.azure.com"\n'
    text = rewritten(f'{head}client = AzureOpenAI(azure_endpoint={given}, api_key="k")\n{CALL}')
    assert f'client = OpenAI(base_url={written}, api_key="k")' in text


IMPORTS = [
    ("from openai import AzureOpenAI", "from openai import OpenAI", "OpenAI"),
    ("from openai import AzureOpenAI, OpenAI\nOpenAI", "from openai import OpenAI\nOpenAI", "OpenAI"),
    ("from openai import AzureOpenAI as C", "from openai import OpenAI", "OpenAI"),
    ("from openai import APIError, AzureOpenAI\nAPIError", "from openai import APIError, OpenAI\nAPIError", "OpenAI"),
    ("from openai.lib.azure import AzureOpenAI", "from openai import OpenAI", "OpenAI"),
    ("from openai import AzureOpenAI  # noqa", "from openai import OpenAI  # noqa", "OpenAI"),
    ("import openai", "import openai", "openai.OpenAI"),
    ("import openai as oai", "import openai as oai", "oai.OpenAI"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "name"), IMPORTS)
def test_imports(before: str, after: str, name: str) -> None:
    old = {"openai": "openai.AzureOpenAI", "oai": "oai.AzureOpenAI"}.get(
        name.split(".")[0], "C" if before.endswith(" C") else "AzureOpenAI"
    )
    built = '(azure_endpoint="https://a.openai.azure.com", api_key="k")'
    text = rewritten(f"{before}\nclient = {old}{built}\n{CALL}")
    assert "".join(text.split("\n    ")).startswith(f"{after}\nclient = {name}(base_url=")


def test_another_class_of_the_same_name_stops_it() -> None:
    built = 'client = AzureOpenAI(azure_endpoint="https://a.openai.azure.com", api_key="k")'
    text = f"from llama_index import OpenAI\nfrom openai import AzureOpenAI\n{built}\n{CALL}"
    assert rewritten(text) == text


@pytest.mark.parametrize(
    ("head", "new"),
    [
        ("from openai import AzureOpenAI\n", "import os\n\nfrom openai import OpenAI\n"),
        ("import json\nimport sys\nfrom openai import AzureOpenAI\n",
         "import json\nimport os\nimport sys\nfrom openai import OpenAI\n"),
        ('"""Doc."""\nfrom __future__ import annotations\nimport json\nfrom pathlib import Path\nfrom openai import AzureOpenAI\n',
         '"""Doc."""\nfrom __future__ import annotations\nimport json\nimport os\nfrom pathlib import Path\nfrom openai import OpenAI\n'),
        ("from os import environ\nfrom openai import AzureOpenAI\nenviron\n",
         "from os import environ\nfrom openai import OpenAI\nenviron\n"),
    ],
)  # fmt: skip
def test_the_environment_is_imported(head: str, new: str) -> None:
    text = rewritten(f'{head}client = AzureOpenAI(api_version="v")\n{CALL}')
    spelled = "environ" if "import environ" in head else "os.environ"
    assert text.startswith(new)
    assert f"base_url=f\"{{{spelled}['AZURE_OPENAI_ENDPOINT'].rstrip('/')}}/openai/v1/\"" in text
    assert f'api_key={spelled}["AZURE_OPENAI_API_KEY"]' in text


def test_what_only_served_the_version_goes() -> None:
    text = rewritten(f"""
import os
from openai import AzureOpenAI


def ask(end):
    version = os.getenv("V", "2024-06-01")

    client = AzureOpenAI(azure_endpoint=end, api_key="k", api_version=version)
    return {CALL}""")
    assert "version" not in text and "import os" not in text
    assert "def ask(end):\n    client = OpenAI(" in text


def test_a_variable_with_other_uses_or_effects_stays() -> None:
    head = 'from openai import AzureOpenAI\nV = "2024-06-01"\nW = load()\nprint(V)\n'
    built = "client = AzureOpenAI(azure_endpoint=e, api_key='k', api_version={})\n"
    for name in "VW":
        assert 'V = "2024-06-01"\nW = load()\n' in rewritten(head + built.format(name) + CALL)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("AzureOpenAI | None", "OpenAI | None"),
        ("OpenAI | AzureOpenAI", "OpenAI"),
        ("Union[AzureOpenAI, OpenAI]", "OpenAI"),
        ("Optional[AzureOpenAI]", "Optional[OpenAI]"),
    ],
)
def test_annotations(before: str, after: str) -> None:
    head = "from typing import Optional, Union\nfrom openai import AzureOpenAI, OpenAI\n"
    built = "AzureOpenAI(azure_endpoint='https://a.openai.azure.com', api_key='k')"
    assert f"client: {after} = OpenAI(" in rewritten(f"{head}client: {before} = {built}\n{CALL}")


def test_comments_and_line_ends_are_kept() -> None:
    text = (
        "from openai import AzureOpenAI\r\n"
        "client = AzureOpenAI(\r\n"
        "    # the resource\r\n"
        "    azure_endpoint='https://a.openai.azure.com',  # in Sweden\r\n"
        "    api_version='2024-06-01',  # oldest\r\n"
        "    api_key='k',\r\n"
        ")\r\n"
    )
    data = (text + CALL.replace("\n", "\r\n")).encode()
    plan = plan_file("m.py", data, SETTINGS)
    new = rewrite(data, plan).data.decode()
    assert "\n" not in new.replace("\r\n", "")
    assert (
        "client = OpenAI(\r\n"
        "    # the resource\r\n"
        "    base_url='https://a.openai.azure.com/openai/v1/',  # in Sweden\r\n"
        "    # oldest\r\n"
        "    api_key='k',\r\n"
        ")\r\n"
    ) in new
