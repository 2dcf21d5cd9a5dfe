SELECT rule, missing FROM unable
