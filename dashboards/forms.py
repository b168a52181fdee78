"""What a coordinator writes beside the blocks of a page of figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboards.blocks import Block
from dashboards.models import BlockWords


class WordsForm(forms.Form):
    """One text a block, filled with its own sentence where nobody wrote anything: left so, it is no text.

    `seen` is the newest id that the page showed.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def __init__(
        self, *args: Any, blocks: Sequence[Block], words: Mapping[str, BlockWords], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._own = {block.id: block.headline for block in blocks}
        self.fields["seen"].initial = max((each.id for each in words.values()), default=0)
        for block in blocks:
            written = words[block.id].text if block.id in words else ""
            self.fields[block.id] = forms.CharField(
                label=block.title,
                initial=written or block.headline,
                max_length=max(BlockWords.MOST, len(written)),
                required=False,
                help_text=_("No names: what is written here stays, also once it is corrected."),
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    @property
    def texts(self) -> dict[str, str]:
        """What was written, by block; empty where it is what the block says by itself."""
        return {
            block: "" if text == own else text
            for block, own in self._own.items()
            for text in (" ".join(self.cleaned_data[block].split()),)
        }
