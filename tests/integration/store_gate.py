"""An archive that refuses result objects while a file is there: how a job is held in `storing`."""

FILTER = """
function ReceivedInstanceFilter(dicom, origin, info)
  local gate = io.open("{gate}", "r")
  if gate == nil then return true end
  local first = gate:read("*a")
  gate:close()
  if dicom.Modality == "SEG" then return first == "first" end
  return dicom.Modality ~= "OT" and dicom.Modality ~= "DOC" and dicom.Modality ~= "SR"
end
"""


class StoreGate:
    """Of one server that has not started yet."""

    def __init__(self, server):
        self.path = server.folder / "store-gate"
        script = server.folder / "filter.lua"
        script.write_text(FILTER.format(gate=self.path))
        server.lua = [str(script)]

    def refuse_all(self):
        self.path.write_text("none")

    def let_the_first_through(self):
        """The SEG, and nothing after it."""
        self.path.write_text("first")

    def open(self):
        self.path.unlink(missing_ok=True)
