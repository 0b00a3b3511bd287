from . import institution_choice
