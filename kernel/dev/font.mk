# The console's font, from the first of these that is installed (package console-setup-linux or kbd).
FONTS := $(addsuffix -Terminus16.psf.gz,$(foreach d,/usr/share/consolefonts /usr/share/kbd/consolefonts,$(d)/Uni2 $(d)/Lat15))

FONT_C := $(GEN)/kernel/dev/font.c

$(FONT_C): kernel/dev/mkfont.py
	$(call say,FONT,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(PY) kernel/dev/mkfont.py $@ $(FONTS)
