"""An import-linter contract: from outside a module, only its doors may be imported.

The shipped contract types would need one contract per module. This one covers every package under
`container`, those still to come included, and explains what to do instead.
"""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class DoorsContract(Contract):
    """Checks direct imports that cross the border of a module.

    `container`: the package whose children are the modules. `doors`: the files that others may
    import. `open_modules`: children without doors, open to all (the kernel). `wiring`: packages
    that may also import the files in `wired`, because they put the program together.
    """

    container: Any = fields.StringField()
    doors: Any = fields.ListField(subfield=fields.StringField())
    open_modules: Any = fields.ListField(subfield=fields.StringField(), required=False)
    wiring: Any = fields.ListField(subfield=fields.StringField(), required=False)
    wired: Any = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        prefix = f"{self.container}."
        broken = []
        for imported in sorted(name for name in graph.modules if name.startswith(prefix)):
            module, _, rest = imported.removeprefix(prefix).partition(".")
            file = rest.partition(".")[0]
            if module in (self.open_modules or []) or file in ("", *self.doors):
                continue
            for importer in sorted(graph.find_modules_that_directly_import(imported)):
                if not self.may(importer, f"{prefix}{module}", file):
                    broken.append(f"{importer} imports {imported}")
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def may(self, importer: str, module: str, file: str) -> bool:
        if f"{importer}.".startswith(f"{module}.") or importer.split(".")[0] == "tests":
            return True
        return importer.split(".")[0] in (self.wiring or []) and file in (self.wired or [])

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["broken"]:
            output.print_error(line, bold=False)
        output.print_error(
            f"Outside its module only {', '.join(self.doors)} may be imported: "
            "ask a selector, give a command, or publish a fact.",
            bold=False,
        )
