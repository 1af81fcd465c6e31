// SPDX-License-Identifier: MIT
/*
 * true: does nothing, successfully. The smallest program there is.
 */
int main(void)
{
	return 0;
}
