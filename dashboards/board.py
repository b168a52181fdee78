"""The page of the board: published tables as blocks, each a headline in words with its charts and tables, and
the scoreboard that draws them together.

Pure: from `Tables` and the words of the active language, without the database. Page, print and every download
show the same blocks. Every figure about people comes from dashboards.sharpened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dashboards import evaluation_block, measured, organisation, support_blocks
from dashboards.blocks import Block
from dashboards.said import too_few
from dashboards.scoreboard import IndicatorGroup, scoreboard
from dashboards.support_blocks import Compared, Support
from dashboards.tables import Tables


@dataclass(frozen=True, slots=True)
class Board:
    """The tables of what is named `label`, by `periods` (each with its name, oldest first), and those of
    before if they were published; with what a coordinator wrote beside the blocks. It is of so many `months`.
    """

    label: str
    periods: Sequence[tuple[str, Tables]]
    previous_label: str = ""
    before: Tables | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    months: int = 3
    blocks: Sequence[Block] = field(init=False)
    scoreboard: Sequence[IndicatorGroup] = field(init=False)
    #: Whether so few were offered support, or answered, that something cannot be said.
    is_unsure: bool = field(init=False)

    def __post_init__(self) -> None:
        tables = Tables.together([each for _label, each in self.periods])
        now = Support.of(tables)
        both = Compared(
            self.label, now, self.previous_label, Support.of(self.before) if self.before else None
        )
        made = [
            *support_blocks.blocks(both, self.periods),
            evaluation_block.block(tables, self.before, self.previous_label),
            organisation.calamities(tables, self.before, self.previous_label),
            organisation.pool(tables),
            evaluation_block.response(both),
            measured.awareness(tables),
        ]
        few = too_few(months=self.months)
        worded = [
            replace(
                block,
                words=self.words.get(block.id, ""),
                more=f"{few} {block.more}".rstrip() if block.is_unsure else block.more,
            )
            for block in made
        ]
        object.__setattr__(self, "blocks", worded)
        object.__setattr__(self, "scoreboard", scoreboard(now))
        object.__setattr__(self, "is_unsure", any(block.is_unsure for block in made))
